// Written by methodhost types, which writes it anew each time.

declare module "@integration-app/connector-sdk" {
  import type { ApiClient, Arguments, ClientOptions, FullResponse, Methods } from "methodhost";

  export interface ErrorData {
    type?: string;
    key?: string;
    message?: string;
    data?: any;
    causedByError?: unknown;
  }

  export class MembraneError extends Error {
    constructor(init?: string | Error | ErrorData);
    readonly isMembraneError: true;
    readonly isIntegrationAppError: true;
    type?: string;
    key?: string;
    /** Facts about it; of a ConnectionError, `data.data` is the body of the response. */
    data: ErrorData & Record<string, any>;
    toJSON(): ErrorData;
  }
  export { MembraneError as IntegrationAppError };

  /** What a call of apiClient throws. */
  export class ConnectionError extends MembraneError {
    response?: FullResponse;
    request?: { method: string; url: string };
    /** Seconds, of a 429. */
    retryAfter?: number;
  }
  export class RequestError extends ConnectionError {}
  export class EgressError extends ConnectionError {}
  export class ConfigurationError extends MembraneError {}
  export class ActionInstanceSetupError extends MembraneError {}
  export class ActionRunError extends MembraneError {}
  export class ConcurrencyError extends MembraneError {}
  export class CustomCodeError extends MembraneError {}
  export class DependencyError extends MembraneError {}
  export class FlowInstanceSetupError extends MembraneError {}
  export class FlowRunError extends MembraneError {}
  export class InsufficientCreditsError extends MembraneError {}
  export class InternalError extends MembraneError {}
  export class OpenRouterNotConfiguredError extends MembraneError {}
  export class UnitRunError extends MembraneError {}
  export class BadRequestError extends MembraneError {}
  export class NotFoundError extends BadRequestError {}
  export class RateLimitExceededError extends BadRequestError {}
  export class NotAuthenticatedError extends BadRequestError {}
  export class AccessDeniedError extends BadRequestError {}

  export const BadRequestErrorKey: {
    readonly NOT_FOUND: "not_found";
    readonly NOT_AUTHENTICATED: "not_authenticated";
    readonly ACCESS_DENIED: "access_denied";
    readonly ALREADY_EXISTS: "already_exists";
    readonly RATE_LIMIT_EXCEEDED: "rate_limit_exceeded";
  };
  export const ConcurrencyErrorKey: { readonly LOCK_TIMEOUT: "lock_timeout" };
  export const ConnectionErrorKey: {
    readonly CONNECTION_IS_DEFUNCT: "connection_is_defunct";
    readonly ACCESS_TOKEN_EXPIRED: "access_token_expired";
    readonly RATE_LIMIT_EXCEEDED: "rate_limit_exceeded";
  };
  export const DataCollectionEventType: { readonly CREATED: "created"; readonly UPDATED: "updated"; readonly DELETED: "deleted" };
  export const DataLocationType: { readonly directory: "directory"; readonly collection: "collection" };
  export const ErrorType: Readonly<Record<string, string>>;

  type HandlerMethod<Kind extends keyof Methods> = (args: Arguments<Kind>) => unknown;

  /** All methods of a collection in one object, the default export of its `index` file. */
  export class DataCollectionHandler {
    constructor(members: {
      spec?: unknown;
      list?: HandlerMethod<"data/list">;
      find?: HandlerMethod<"data/find">;
      findById?: HandlerMethod<"data/find-by-id">;
      match?: HandlerMethod<"data/match">;
      search?: HandlerMethod<"data/search">;
      create?: HandlerMethod<"data/create">;
      update?: HandlerMethod<"data/update">;
      delete?: HandlerMethod<"data/delete">;
      [member: string]: unknown;
    });
  }
  export class DataDirectoryHandler {
    constructor(members: { spec?: unknown; list?: HandlerMethod<"data/list">; [member: string]: unknown });
  }
  export class WebhookSubscriptionHandler {
    constructor(members: Record<string, unknown>);
  }

  export class RestApiClient {
    constructor(options: ClientOptions);
    get: ApiClient["get"];
    post: ApiClient["post"];
    put: ApiClient["put"];
    patch: ApiClient["patch"];
    delete: ApiClient["delete"];
    makeApiRequest: ApiClient["makeApiRequest"];
  }
}

declare module "@integration-app/sdk" {
  export * from "@integration-app/connector-sdk";
}

declare module "@integration-app/sdk/connector-api" {
  export * from "@integration-app/connector-sdk";
}

declare module "@integration-app/sdk/data-collections" {
  export * from "@integration-app/connector-sdk";
}

declare module "@integration-app/sdk/data-locations" {
  export * from "@integration-app/connector-sdk";
}

declare module "@integration-app/sdk/errors" {
  export * from "@integration-app/connector-sdk";
}

declare module "@membranehq/sdk" {
  export * from "@integration-app/connector-sdk";
}
