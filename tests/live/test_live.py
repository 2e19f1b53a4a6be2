"""What the real services answer to each assumption that was never verified (docs/live-check.md)."""

import pytest

from live import assumptions, report
from live.assumptions import Assumption
from live.options import RESULT
from live.probes import try_out
from live.scrub import Scrubber
from live.site import Site

pytestmark = pytest.mark.live


@pytest.mark.parametrize("assumption", assumptions.read(), ids=lambda assumption: assumption.id)
def test_the_service_answers_as_assumed(
    assumption: Assumption, site: Site, scrubber: Scrubber, request: pytest.FixtureRequest
) -> None:
    finding = try_out(site, assumption, scrubber)
    request.config.stash[RESULT].findings.append(finding)
    report.write_evidence(request.config.getoption("--live-report"), finding)
    if finding.outcome is None:
        pytest.skip(finding.reason)
    if finding.contradicts:
        pytest.fail(f"{finding.outcome}. {assumption.meaning(finding.outcome)}", pytrace=False)
