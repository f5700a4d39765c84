// Written by methodhost types, which writes it anew each time.

// axios itself, without the connection's credentials and under the same rules of the host as apiClient. What is about sockets is left out.

declare module "axios" {
  export type Method = string;
  export type ResponseType = "arraybuffer" | "blob" | "document" | "json" | "text" | "stream" | "formdata";
  type HeaderValue = string | number | boolean | null | undefined | string[];

  export class AxiosHeaders {
    [name: string]: any;
    constructor(headers?: Record<string, HeaderValue> | AxiosHeaders | string);
    set(name: string, value?: HeaderValue, rewrite?: boolean): AxiosHeaders;
    set(headers: Record<string, HeaderValue> | AxiosHeaders | string, rewrite?: boolean): AxiosHeaders;
    get(name: string): HeaderValue;
    has(name: string): boolean;
    delete(name: string | string[]): boolean;
    clear(): boolean;
    toJSON(): Record<string, any>;
  }

  export interface AxiosRequestConfig<Body = any> {
    url?: string;
    method?: Method;
    baseURL?: string;
    allowAbsoluteUrls?: boolean;
    headers?: Record<string, any> | AxiosHeaders;
    params?: any;
    paramsSerializer?: { encode?: (text: string) => string; serialize?: (params: any) => string; indexes?: boolean | null };
    data?: Body;
    timeout?: number;
    timeoutErrorMessage?: string;
    auth?: { username: string; password: string };
    responseType?: ResponseType;
    maxRedirects?: number;
    maxContentLength?: number;
    maxBodyLength?: number;
    signal?: AbortSignal;
    transformRequest?: ((data: any, headers: AxiosHeaders) => any) | ((data: any, headers: AxiosHeaders) => any)[];
    transformResponse?: ((data: any, headers: AxiosHeaders, status?: number) => any) | ((data: any) => any)[];
    validateStatus?: ((status: number) => boolean) | null;
    [option: string]: any;
  }
  export interface InternalAxiosRequestConfig<Body = any> extends AxiosRequestConfig<Body> {
    headers: AxiosHeaders;
  }

  export interface AxiosResponse<Data = any, Body = any> {
    data: Data;
    status: number;
    statusText: string;
    headers: AxiosHeaders & Record<string, any>;
    config: InternalAxiosRequestConfig<Body>;
    request?: any;
  }

  export class AxiosError<Data = any, Body = any> extends Error {
    constructor(message?: string, code?: string, config?: AxiosRequestConfig<Body>, request?: any, response?: AxiosResponse<Data, Body>);
    code?: string;
    config?: InternalAxiosRequestConfig<Body>;
    isAxiosError: boolean;
    request?: any;
    response?: AxiosResponse<Data, Body>;
    status?: number;
    toJSON(): object;
  }
  export class CanceledError<Data = any> extends AxiosError<Data> {}

  export interface AxiosInterceptorManager<Value> {
    use(fulfilled?: ((value: Value) => any) | null, rejected?: ((error: any) => any) | null): number;
    eject(id: number): void;
    clear(): void;
  }

  export class Axios {
    constructor(config?: AxiosRequestConfig);
    defaults: AxiosRequestConfig & { headers: Record<string, any> };
    interceptors: { request: AxiosInterceptorManager<InternalAxiosRequestConfig>; response: AxiosInterceptorManager<AxiosResponse> };
    getUri(config?: AxiosRequestConfig): string;
    request<Data = any, Gives = AxiosResponse<Data>>(config: AxiosRequestConfig): Promise<Gives>;
    get<Data = any, Gives = AxiosResponse<Data>>(url: string, config?: AxiosRequestConfig): Promise<Gives>;
    delete<Data = any, Gives = AxiosResponse<Data>>(url: string, config?: AxiosRequestConfig): Promise<Gives>;
    head<Data = any, Gives = AxiosResponse<Data>>(url: string, config?: AxiosRequestConfig): Promise<Gives>;
    options<Data = any, Gives = AxiosResponse<Data>>(url: string, config?: AxiosRequestConfig): Promise<Gives>;
    post<Data = any, Gives = AxiosResponse<Data>>(url: string, data?: any, config?: AxiosRequestConfig): Promise<Gives>;
    put<Data = any, Gives = AxiosResponse<Data>>(url: string, data?: any, config?: AxiosRequestConfig): Promise<Gives>;
    patch<Data = any, Gives = AxiosResponse<Data>>(url: string, data?: any, config?: AxiosRequestConfig): Promise<Gives>;
    postForm<Data = any, Gives = AxiosResponse<Data>>(url: string, data?: any, config?: AxiosRequestConfig): Promise<Gives>;
    putForm<Data = any, Gives = AxiosResponse<Data>>(url: string, data?: any, config?: AxiosRequestConfig): Promise<Gives>;
    patchForm<Data = any, Gives = AxiosResponse<Data>>(url: string, data?: any, config?: AxiosRequestConfig): Promise<Gives>;
  }

  export interface AxiosInstance extends Axios {
    <Data = any, Gives = AxiosResponse<Data>>(config: AxiosRequestConfig): Promise<Gives>;
    <Data = any, Gives = AxiosResponse<Data>>(url: string, config?: AxiosRequestConfig): Promise<Gives>;
    create(config?: AxiosRequestConfig): AxiosInstance;
  }

  export function isAxiosError<Data = any>(value: unknown): value is AxiosError<Data>;
  export function isCancel(value: unknown): boolean;

  interface AxiosStatic extends AxiosInstance {
    Axios: typeof Axios;
    AxiosError: typeof AxiosError;
    AxiosHeaders: typeof AxiosHeaders;
    CanceledError: typeof CanceledError;
    all<Value>(values: (Value | Promise<Value>)[]): Promise<Value[]>;
    isAxiosError: typeof isAxiosError;
    isCancel: typeof isCancel;
    spread<Given, Value>(callback: (...args: Given[]) => Value): (list: Given[]) => Value;
    toFormData(value: object, form?: FormData): FormData;
  }

  const axios: AxiosStatic;
  export default axios;
}
