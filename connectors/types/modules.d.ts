// Written by methodhost types, which writes it anew each time.

declare module "@integration-app/connector-sdk" {
  import type { ApiClient, ClientOptions, FullResponse } from "methodhost";

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
  export class CustomCodeError extends MembraneError {}
  export class InternalError extends MembraneError {}
  export class BadRequestError extends MembraneError {}
  export class NotFoundError extends BadRequestError {}
  export class RateLimitExceededError extends BadRequestError {}
  export class NotAuthenticatedError extends BadRequestError {}
  export class AccessDeniedError extends BadRequestError {}

  export const ConnectionErrorKey: {
    readonly CONNECTION_IS_DEFUNCT: "connection_is_defunct";
    readonly ACCESS_TOKEN_EXPIRED: "access_token_expired";
    readonly RATE_LIMIT_EXCEEDED: "rate_limit_exceeded";
  };

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

declare module "@integration-app/sdk/errors" {
  export * from "@integration-app/connector-sdk";
}

declare module "@membranehq/sdk" {
  export * from "@integration-app/connector-sdk";
}
