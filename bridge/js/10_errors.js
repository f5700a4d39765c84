// Errors as methods see them (semantics 2.7).
// `init` is a message, an error that caused this one, or { message, key, data, ... }.
const errorData = (type, init) => {
  const given = init instanceof NativeError ? { message: init.message, causedByError: init } : init;
  return typeof given === "object" && given !== null ? { ...given, type: type ?? given.type } : { type, message: given };
};

// Types that a run reports when a method throws an error of its own of that type; any other is an error in its code.
const thrownTypes = { __proto__: null, bad_request: true, configuration: true, connection: true };

class MembraneError extends NativeError {
  constructor(init, type) {
    const data = errorData(type, init);
    super(data.message === undefined ? "" : NativeString(data.message));
    data.message = this.message;
    const show = (name, value, enumerable) =>
      ObjectDefineProperty(this, name, { __proto__: null, value, enumerable, writable: true, configurable: true });
    show("name", new.target.name, false);
    show("isMembraneError", true, false);
    show("isIntegrationAppError", true, false);
    show("type", data.type, true);
    show("key", data.key, true);
    show("data", data, true);
    if (thrownTypes[data.type]) core.brand(this, { type: data.type, key: this.key, data: data.data });
  }

  toJSON() {
    return { ...this.data, type: this.type, key: this.key, message: this.message };
  }
}

// A subclass whose errors have a fixed type, and a fixed key where one is given.
const subclass = (name, Parent, type, key) =>
  ({
    [name]: class extends Parent {
      constructor(init, ownType) {
        super(key === undefined ? init : { ...errorData(type, init), key }, ownType ?? type);
      }
    },
  })[name];

const ConnectionError = subclass("ConnectionError", MembraneError, "connection");
const BadRequestError = subclass("BadRequestError", MembraneError, "bad_request");
const errors = ObjectFreeze({
  __proto__: null,
  MembraneError,
  IntegrationAppError: MembraneError,
  ConnectionError,
  RequestError: subclass("RequestError", ConnectionError, "request"),
  EgressError: subclass("EgressError", ConnectionError, "egress"),
  ConfigurationError: subclass("ConfigurationError", MembraneError, "configuration"),
  ActionInstanceSetupError: subclass("ActionInstanceSetupError", MembraneError, "action_instance_setup"),
  ActionRunError: subclass("ActionRunError", MembraneError, "action_run"),
  ConcurrencyError: subclass("ConcurrencyError", MembraneError, "concurrency"),
  CustomCodeError: subclass("CustomCodeError", MembraneError, "custom_code"),
  DependencyError: subclass("DependencyError", MembraneError, "dependency_error"),
  FlowInstanceSetupError: subclass("FlowInstanceSetupError", MembraneError, "flow_instance_setup"),
  FlowRunError: subclass("FlowRunError", MembraneError, "flow_run"),
  InsufficientCreditsError: subclass("InsufficientCreditsError", MembraneError, "insufficient_credit"),
  InternalError: subclass("InternalError", MembraneError, "internal"),
  OpenRouterNotConfiguredError: subclass("OpenRouterNotConfiguredError", MembraneError, "openrouter_not_configured"),
  UnitRunError: subclass("UnitRunError", MembraneError, "unit_run"),
  BadRequestError,
  NotFoundError: subclass("NotFoundError", BadRequestError, "bad_request", "not_found"),
  RateLimitExceededError: subclass("RateLimitExceededError", BadRequestError, "bad_request", "rate_limit_exceeded"),
  NotAuthenticatedError: subclass("NotAuthenticatedError", BadRequestError, "bad_request", "not_authenticated"),
  AccessDeniedError: subclass("AccessDeniedError", BadRequestError, "bad_request", "access_denied"),
});

const classOf = { __proto__: null, request: errors.RequestError, egress: errors.EgressError, configuration: errors.ConfigurationError };

const refuse = (key, message) => {
  throw new errors.RequestError({ key, message });
};
