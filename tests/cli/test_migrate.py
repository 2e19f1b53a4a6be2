from support.lab import Lab, Labs, Run
from support.hosted import House


def test_x(labs: Labs, run: Run) -> None:
    lab = labs.get(phone_stack="legacy")
    house = House(lab)
    before = lab.everything
    result = run("migrate", "--yes", env=dict(lab.env))
    print(result.code, result.out, result.err)
    result = run("migrate", "--yes", env=dict(lab.env))
    print(result.code, result.out, result.err)
    result = run("undo", "--yes", env=dict(lab.env))
    print(result.code, result.out, result.err)
    after = lab.everything
    t1, t2 = before["tenants"], after["tenants"]
    for d in t1:
        for k in t1[d]:
            if t1[d][k] != t2[d][k]:
                print("DIFF", k, t1[d][k], t2[d][k])
    assert 0
