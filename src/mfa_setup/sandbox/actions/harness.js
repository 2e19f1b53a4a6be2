// Runs the code of one Action: `start(code, event, options)` calls its handler, and the function that it returns
// reports, as JSON, what the Action has done. An Action can replace the globals of its own context, so everything that
// the report needs is kept here.
(function () {
  "use strict";
  const { parse, stringify } = JSON;
  const wellFormed = Function.prototype.call.bind(String.prototype.toWellFormed);
  const CONSOLE_KEPT = 256; // characters of console output that Auth0 keeps per Action (docs)
  const REQUESTS = ["challengeWith", "challengeWithAny", "enrollWith", "enrollWithAny"];

  function toJSON(value) {
    return stringify(value, (_, inner) => (typeof inner === "string" ? wellFormed(inner) : inner));
  }

  function refuse(what) {
    throw new Error(`The sandbox does not support ${what}.`);
  }

  function unsupported(path) {
    return new Proxy(() => refuse(path), {
      get: (_, name) => (typeof name === "symbol" ? undefined : unsupported(`${path}.${name}`)),
    });
  }

  // An object of which every other member can be read, and fails with a clear error once it is called.
  function only(path, members) {
    return new Proxy(members, {
      get(target, name) {
        const own = typeof name === "symbol" || name === "then" || name === "toJSON" || name in target;
        return own ? target[name] : unsupported(`${path}.${name}`);
      },
    });
  }

  function apiOf(calls, options) {
    function record(name, check = () => {}) {
      return (...values) => {
        check(...values);
        calls[calls.length] = { function: name, arguments: parse(toJSON(values)) };
        return api;
      };
    }
    function checkProvider(provider) {
      if (!["any", "none", "guardian"].includes(provider)) refuse(`multifactor.enable(${toJSON(provider)})`);
    }
    function checkRequest(first) {
      if (!options.customize) {
        throw new Error("This call requires the tenant setting customize_mfa_in_postlogin_action.");
      }
      if (![].concat(first).every((factor) => typeof factor?.type === "string")) {
        throw new Error("Expected a factor such as {type: 'phone'}, or a list of factors.");
      }
    }
    function checkEnrollment(first) {
      checkRequest(first);
      if (![].concat(first).some((factor) => factor.type === "phone")) refuse("enrolling factors other than phones");
    }
    function checkClaim(name) {
      if (typeof name !== "string") throw new Error("The name of a claim must be a string.");
    }
    const requests = REQUESTS.map((name) => {
      const check = name.startsWith("enroll") ? checkEnrollment : checkRequest;
      return [name, record(`authentication.${name}`, check)];
    });
    const api = only("api", {
      access: only("api.access", { deny: record("access.deny") }),
      accessToken: only("api.accessToken", { setCustomClaim: record("accessToken.setCustomClaim", checkClaim) }),
      authentication: only("api.authentication", Object.fromEntries(requests)),
      idToken: only("api.idToken", { setCustomClaim: record("idToken.setCustomClaim", checkClaim) }),
      multifactor: only("api.multifactor", { enable: record("multifactor.enable", checkProvider) }),
    });
    return api;
  }

  function consoleOf(report) {
    function shown(value) {
      if (typeof value === "string") return value;
      try {
        return value instanceof Error ? `${value.name}: ${value.message}` : toJSON(value) ?? String(value);
      } catch {
        return String(value);
      }
    }
    function log(...values) {
      const line = `${values.map(shown).join(" ")}\n`;
      report.console += line.slice(0, CONSOLE_KEPT - report.console.length);
    }
    return { log, info: log, warn: log, error: log, debug: log };
  }

  function described(error) {
    const isError = error instanceof Error;
    const name = isError ? String(error.name) : "Error";
    const message = isError ? String(error.message) : String(error);
    const code = isError && error.code !== undefined ? String(error.code) : null;
    return { name, message, code, stack: `${name}: ${message}\n${(isError && error.stack) || ""}` };
  }

  function start(code, event, options) {
    const { handler, customize } = parse(options);
    const report = { finished: false, error: null, calls: [], console: "" };
    const end = (error = null) => Object.assign(report, { finished: true, error });
    const stopped = (error) => end(described(error));
    for (const name of ["fetch", "setTimeout", "setInterval", "setImmediate"]) globalThis[name] = () => refuse(name);
    globalThis.console = consoleOf(report);
    try {
      const module = { exports: {} };
      const require = (name) => refuse(`require(${toJSON(name)})`);
      new Function("exports", "module", "require", code)(module.exports, module, require);
      const run = module.exports[handler];
      // not verified: what the service does if the code exports no handler
      if (typeof run !== "function") throw new TypeError(`exports.${handler} is not a function`);
      Promise.resolve(run(parse(event), apiOf(report.calls, { customize }))).then(() => end(), stopped);
    } catch (error) {
      stopped(error);
    }
    return () => toJSON(report);
  }

  return start;
})();
