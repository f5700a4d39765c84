// Written by methodhost types, which writes it anew each time.

declare module "methodhost" {
  /** The client of the connection. A status from 200 to 299 gives the body; everything else throws a ConnectionError. */
  export interface ApiClient {
    get: Call<Query>;
    post: Call<Data>;
    put: Call<Data>;
    patch: Call<Data>;
    delete: Call<Data>;
    makeApiRequest<T = any>(request: ApiRequest & Body<JsonBody>): Promise<T>;
    makeApiRequest<T = any>(request: ApiRequest & Full<JsonBody>): Promise<FullResponse<T>>;
    makeApiRequest<T = any>(request: ApiRequest & CallOptions): Promise<T>;
  }

  /** A call: the path, then the query of a `get` or the data of any other, then options. */
  export interface Call<Second> {
    <T = any>(path: string, second?: Second | null, options?: Body<JsonBody>): Promise<T>;
    <T = any>(path: string, second: Second | null | undefined, options: Full<JsonBody>): Promise<FullResponse<T>>;
    (path: string, second: Second | null | undefined, options: Body<TextBody>): Promise<string>;
    (path: string, second: Second | null | undefined, options: Full<TextBody>): Promise<FullResponse<string>>;
    (path: string, second: Second | null | undefined, options: Body<BytesBody>): Promise<Buffer>;
    (path: string, second: Second | null | undefined, options: Full<BytesBody>): Promise<FullResponse<Buffer>>;
    (path: string, second: Second | null | undefined, options: Body<StreamBody>): Promise<ByteStream>;
    (path: string, second: Second | null | undefined, options: Full<StreamBody>): Promise<FullResponse<ByteStream>>;
    (path: string, second: Second | null | undefined, options: CallOptions): Promise<any>;
  }

  export type QueryValue = string | number | boolean | bigint | Date | null | undefined | readonly QueryValue[] | QueryMembers;
  export interface QueryMembers {
    readonly [name: string]: QueryValue;
  }
  export type Query = URLSearchParams | QueryMembers;

  /** What is sent: JSON of objects, lists, numbers and booleans; text, forms, bytes and streams as they are. */
  export type Data = object | string | number | boolean | URLSearchParams | FormData | Blob | ArrayBuffer | ArrayBufferView | ByteStream;

  export type HeaderValue = string | number | boolean | null | undefined | readonly (string | number)[];
  export type QueryFormat = "brackets" | "repeat" | "comma" | "json";

  interface OptionsOfCalls {
    /** Put before paths instead of the client's; another origin does not see the client's credentials. */
    baseUri?: string | null;
    /** Override the client's, without regard to case; null removes one. */
    headers?: Record<string, HeaderValue> | null;
    /** Added to the client's. */
    query?: Query | null;
    /** Basic authentication instead of the client's. */
    auth?: { username: string; password?: string } | null;
    /** How lists and objects are written in queries. */
    queryFormat?: QueryFormat | null;
    /** How many redirects are followed; at most the host's limit. */
    maxRedirects?: number | null;
    /** How often get, put and delete are tried again after a 5xx or a network error; at most the host's limit. */
    retries?: number | null;
  }

  interface JsonBody extends OptionsOfCalls {
    responseType?: "json" | null;
  }
  interface TextBody extends OptionsOfCalls {
    responseType: "text";
  }
  interface BytesBody extends OptionsOfCalls {
    responseType: "arraybuffer";
  }
  interface StreamBody extends OptionsOfCalls {
    responseType: "stream";
  }
  type Body<Options> = Options & { returnFullResponse?: false | null };
  type Full<Options> = Options & { returnFullResponse: true };

  export interface CallOptions extends OptionsOfCalls {
    responseType?: "json" | "text" | "arraybuffer" | "stream" | null;
    /** Gives status, headers and data instead of the data alone. */
    returnFullResponse?: boolean;
  }

  export interface FullResponse<T = any> {
    status: number;
    statusCode: number;
    statusText: string;
    /** Names in lower case; `set-cookie` is a list. */
    headers: Record<string, any>;
    data: T;
  }

  /** A request in one object; `url` and `body` are other names of `path` and `data`. */
  export interface ApiRequest {
    path?: string;
    url?: string;
    method?: string;
    data?: Data | null;
    body?: Data | null;
  }

  export interface Membrane {
    api<T = any>(request: ApiRequest & CallOptions): Promise<T>;
  }

  /** The bytes of a response, read once: with `for await`, with a reader, as the data of another call, or as the result. */
  export interface ByteStream extends AsyncIterable<Buffer> {
    readonly locked: boolean;
    getReader(): {
      readonly closed: Promise<void>;
      read(): Promise<{ value: Buffer; done: false } | { value: undefined; done: true }>;
      cancel(): Promise<void>;
      releaseLock(): void;
    };
    cancel(): Promise<void>;
  }

  /** A formula, as connectors write them in YAML. */
  export type Formula = any;

  export type ClientAuth =
    | { type?: "basic"; username: string; password?: string }
    | { type: "bearer"; token: string }
    | { type: "api-key"; in: "header" | "query"; name: string; value: string };

  /** How the connection's client is configured: what makeApiClient gives. */
  export interface ClientOptions {
    baseUri?: string;
    headers?: Record<string, string | number | boolean | null | undefined>;
    query?: Record<string, any>;
    auth?: ClientAuth;
    returnFullResponse?: boolean;
    queryFormat?: QueryFormat;
    /** How often `get`, `put` and `delete` are tried again after a 5xx or a network error. */
    retries?: number;
    proxyUri?: string;
    responseHandlers?: ResponseHandler[];
    overrides?: { match: { path?: string; method?: string }; patch?: { query?: any; data?: any; headers?: any } }[];
    /** What it returns is the result of the call; undefined leaves the error. */
    onError?(error: ResponseError): unknown;
    /** Gives further options for one call. */
    dynamicOptions?(request: DynamicRequest): ClientOptions | Promise<ClientOptions>;
  }

  export interface DynamicRequest {
    path: string;
    method: string;
    query?: any;
    data?: any;
    headers?: any;
  }

  export interface ResponseHandler {
    match: Formula;
    isSuccess?: boolean | Formula;
    data?: Formula;
    error?: { message?: Formula; key?: Formula; data?: Formula };
  }

  export interface ResponseError extends Error {
    code?: string;
    response?: FullResponse;
  }
}
