// Written by methodhost types, which writes it anew each time.

declare module "methodhost" {
  /** What a method of a kind receives: `export default async function list({ apiClient }: Arguments<"data/list">)`. */
  export type Arguments<Kind extends keyof Methods> = Methods[Kind]["arguments"];

  /** What a method of a kind gives. */
  export type Result<Kind extends keyof Methods> = Methods[Kind]["result"];

  /** A method of a kind: `export default (async ({ apiClient }) => ...) satisfies Method<"data/list">`. */
  export type Method<Kind extends keyof Methods> = (args: Arguments<Kind>) => Result<Kind> | Promise<Result<Kind>>;

  export type Credentials = Record<string, any>;
  export type Parameters = Record<string, any>;
  export type Fields = Record<string, any>;

  interface WithClient {
    apiClient: ApiClient;
    externalApiClient: ApiClient;
    membrane: Membrane;
  }
  interface WithCredentials {
    /** Undefined where the host or the connector withholds credentials. */
    credentials: Credentials;
  }
  interface WithParameters {
    /** What the customer chose, or what the collection asks for. */
    parameters: Parameters;
  }
  interface Connecting extends WithParameters {
    connectorParameters: Parameters;
    connectionParameters: Parameters;
    connectionInput: Parameters;
    appParameters: Parameters;
  }
  interface OAuth extends Connecting {
    redirectUri?: string;
    state?: string;
  }
  interface Token extends OAuth {
    codeVerifier?: string;
    queryParameters?: Record<string, string>;
    tokenResponse?: any;
  }
  type Connected<Own = {}> = Own & WithClient & WithCredentials & WithParameters;

  export interface OAuthConfig {
    clientId: string;
    clientSecret?: string;
    authorizeUri: string;
    tokenUri: string;
    requestTokenUri?: string;
    scopes?: string[];
    clientAuthLocation?: "headers" | "body";
    noRefreshToken?: boolean;
    skipPkce?: boolean;
    extra?: Record<string, any>;
  }

  export interface DataRecord {
    id: string;
    name?: string;
    uri?: string;
    iconUri?: string;
    fields?: Fields;
    udm?: any;
    unifiedFields?: Fields;
    rawFields?: Fields;
    createdTime?: string | number | Date;
    updatedTime?: string | number | Date;
    deletedTime?: string | number | Date;
    createdById?: string;
    updatedById?: string;
  }
  export interface Records {
    records: DataRecord[];
    /** Given to the method again for the next part; nothing where this was the last. */
    cursor?: string | number | null;
  }
  export interface ListResult extends Records {
    drilldowns?: { parameters?: Parameters; filter?: any }[];
  }
  export interface Written {
    id: string;
  }

  interface Request extends WithParameters {
    query: Record<string, any>;
    data: any;
    body: any;
    headers: Record<string, string>;
    rawBody?: string;
  }
  interface WebhookState extends WithParameters {
    state: any;
    subscriptionState: any;
  }
  interface WebhookUri extends WithParameters {
    webhookUri: string;
    connectorWebhookUri: string;
    subscription?: any;
  }
  export interface DataEvent {
    type: "created" | "updated" | "deleted";
    record: DataRecord;
  }
  export interface WebhookResponse {
    status?: number;
    headers?: Record<string, string>;
    data?: any;
  }

  /** Each kind of methods, by folder and key: what it receives and what it gives. */
  export interface Methods {
    "auth/get-oauth-config": { arguments: OAuth; result: OAuthConfig };
    "auth/get-token-data": { arguments: Token; result: object };
    "auth/get-credentials-from-access-token-response": { arguments: Token; result: Credentials };
    "auth/get-credentials-from-refresh-token-response": { arguments: Token; result: Credentials };
    "auth/get-credentials-from-connection-parameters": { arguments: Connecting; result: Credentials };
    "auth/refresh-credentials": { arguments: Connected<Connecting>; result: Credentials };
    "auth/make-api-client": { arguments: Connecting & WithCredentials; result: ClientOptions | ClientLike };
    "auth/test": { arguments: Connected<Connecting>; result: unknown };
    "auth/disconnect": { arguments: Connected<Connecting>; result: unknown };

    "data/list": { arguments: Connected<{ filter?: any; unifiedFilter?: any; cursor?: any; limit?: number }>; result: ListResult };
    "data/find": { arguments: Connected<{ query?: any; cursor?: any; limit?: number }>; result: Records };
    "data/search": { arguments: Connected<{ query: string; cursor?: any; limit?: number }>; result: Records };
    "data/find-by-id": { arguments: Connected<{ id: string }>; result: { record: DataRecord | null | undefined } | null };
    "data/match": { arguments: Connected<{ query: Fields }>; result: { record?: DataRecord | null } | null };
    "data/create": { arguments: Connected<{ fields: Fields }>; result: Written };
    "data/update": { arguments: Connected<{ id: string; fields: Fields }>; result: Written };
    "data/delete": { arguments: Connected<{ id: string }>; result: unknown };
    "data/spec": { arguments: Connected<{ spec: any }>; result: unknown };
    "data/custom-fields-schema": { arguments: Connected; result: object };
    "data/fields-from-api": { arguments: Connected<{ fields: Fields }>; result: Fields };
    "data/fields-to-api": { arguments: Connected<{ fields: Fields }>; result: Fields };
    "data/record-from-fields": { arguments: Connected<{ fields: Fields }>; result: DataRecord };
    "data/record-from-api": { arguments: Connected<{ data: any; body: any; record?: any; fields?: Fields }>; result: object };
    "data/record-to-api": { arguments: Connected<{ data: any; body: any; record?: any; fields?: Fields }>; result: object };

    "events/webhook-subscribe": { arguments: Connected<WebhookUri>; result: object };
    "events/webhook-handle": {
      arguments: Connected<Request & WebhookState & { subscription?: any }>;
      result: { events: DataEvent[]; response?: WebhookResponse; state?: any } | null;
    };
    "events/webhook-unsubscribe": { arguments: Connected<WebhookState & { subscription?: any }>; result: unknown };
    "events/webhook-refresh": { arguments: Connected<WebhookState & WebhookUri>; result: unknown };
    "events/pull-latest-records": { arguments: Connected<{ cursor?: any; limit?: number }>; result: Records };
    "events/custom-pull-subscribe": { arguments: Connected; result: unknown };
    "events/custom-pull-collect-events": { arguments: Connected<WebhookState>; result: { events: DataEvent[]; state?: any } };
    "events/connector-event-get-event-config": { arguments: Connected; result: { eventKey: string; eventParameters?: any } };
    "events/connector-event-extract-events": { arguments: Connected<{ events: any[] }>; result: { events: DataEvent[] } };
    "events/get-event-selector": { arguments: Connected; result: { globalWebhookKey: string; globalWebhookEventSelector: string } };

    "global-webhooks/handle": {
      arguments: Connected<Request>;
      result: { events: { selector: string; payload: any }[]; response?: WebhookResponse } | null;
    };
    "operations/run": { arguments: Connected<{ input: any }>; result: unknown };
  }

  /** A client with verbs of its own, or a RestApiClient. */
  export interface ClientLike {
    get(path: string, query?: any, options?: any): Promise<any>;
    post(path: string, data?: any, options?: any): Promise<any>;
    put?(path: string, data?: any, options?: any): Promise<any>;
    patch?(path: string, data?: any, options?: any): Promise<any>;
    delete?(path: string, data?: any, options?: any): Promise<any>;
  }
}
