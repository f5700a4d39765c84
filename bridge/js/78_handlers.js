// Classes of connector-sdk whose objects hold the methods of a file (semantics 1.1): what they are given becomes their own.
const handlerClass = (name) =>
  ({
    [name]: class {
      constructor(members) {
        const given = requireObject(members ?? {}, `The argument of ${name}`);
        const keys = ObjectKeys(given);
        for (let i = 0; i < keys.length; i++) give(this, keys[i], given[keys[i]]);
      }
    },
  })[name];

const handlers = ObjectFreeze({
  __proto__: null,
  DataCollectionHandler: handlerClass("DataCollectionHandler"),
  DataDirectoryHandler: handlerClass("DataDirectoryHandler"),
  WebhookSubscriptionHandler: handlerClass("WebhookSubscriptionHandler"),
});

const enums = ObjectFreeze({
  __proto__: null,
  BadRequestErrorKey: ObjectFreeze({
    NOT_FOUND: "not_found",
    NOT_AUTHENTICATED: "not_authenticated",
    ACCESS_DENIED: "access_denied",
    ALREADY_EXISTS: "already_exists",
    RATE_LIMIT_EXCEEDED: "rate_limit_exceeded",
  }),
  ConcurrencyErrorKey: ObjectFreeze({ LOCK_TIMEOUT: "lock_timeout" }),
  ConnectionErrorKey: ObjectFreeze({
    CONNECTION_IS_DEFUNCT: "connection_is_defunct",
    ACCESS_TOKEN_EXPIRED: "access_token_expired",
    RATE_LIMIT_EXCEEDED: "rate_limit_exceeded",
  }),
  DataCollectionEventType: ObjectFreeze({ CREATED: "created", UPDATED: "updated", DELETED: "deleted" }),
  DataLocationType: ObjectFreeze({ directory: "directory", collection: "collection" }),
  ErrorType: ObjectFreeze({
    BAD_REQUEST: "bad_request",
    CONNECTION: "connection",
    CONFIGURATION: "configuration",
    DEPENDENCY_ERROR: "dependency_error",
    FLOW_RUN: "flow_run",
    FLOW_INSTANCE_SETUP: "flow_instance_setup",
    CONCURRENCY: "concurrency",
    INTERNAL: "internal",
    ACTION_RUN: "action_run",
    ACTION_INSTANCE_SETUP: "action_instance_setup",
    UNIT_RUN: "unit_run",
    CUSTOM_CODE: "custom_code",
    INSUFFICIENT_CREDIT: "insufficient_credit",
    OPENROUTER_NOT_CONFIGURED: "openrouter_not_configured",
  }),
});
