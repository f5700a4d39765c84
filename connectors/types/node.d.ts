// Written by methodhost types, which writes it anew each time.

// Modules of Node.js that methods may import, with and without "node:", and lodash. What reaches the machine is not among them.

declare module "buffer" {
  const TheBuffer: typeof Buffer;
  const TheBlob: typeof Blob;
  const TheFile: typeof File;
  export { TheBlob as Blob, TheBuffer as Buffer, TheFile as File };
  export const constants: { MAX_LENGTH: number; MAX_STRING_LENGTH: number };
  export function atob(text: string): string;
  export function btoa(text: string): string;
}

declare module "events" {
  type Listener = (...values: any[]) => void;
  export class EventEmitter {
    static defaultMaxListeners: number;
    addListener(name: string | symbol, listener: Listener): this;
    emit(name: string | symbol, ...values: any[]): boolean;
    eventNames(): (string | symbol)[];
    listenerCount(name: string | symbol): number;
    listeners(name: string | symbol): Listener[];
    off(name: string | symbol, listener: Listener): this;
    on(name: string | symbol, listener: Listener): this;
    once(name: string | symbol, listener: Listener): this;
    prependListener(name: string | symbol, listener: Listener): this;
    removeAllListeners(name?: string | symbol): this;
    removeListener(name: string | symbol, listener: Listener): this;
  }
  export function once(emitter: EventEmitter, name: string | symbol): Promise<any[]>;
  export default EventEmitter;
}

declare module "path" {
  export interface ParsedPath {
    root: string;
    dir: string;
    base: string;
    ext: string;
    name: string;
  }
  export const delimiter: ":";
  export const sep: "/";
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function format(path: Partial<ParsedPath>): string;
  export function isAbsolute(path: string): boolean;
  export function join(...paths: string[]): string;
  export function normalize(path: string): string;
  export function parse(path: string): ParsedPath;
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
}

declare module "querystring" {
  export function escape(text: string): string;
  export function parse(text: string, separator?: string, equals?: string): Record<string, string | string[]>;
  export function stringify(values: Record<string, any>, separator?: string, equals?: string): string;
  export function unescape(text: string): string;
}

declare module "url" {
  const TheURL: typeof URL;
  const TheURLSearchParams: typeof URLSearchParams;
  export { TheURL as URL, TheURLSearchParams as URLSearchParams };
  export function format(url: URL | string | Record<string, any>, options?: Record<string, boolean>): string;
  export function parse(url: string, parseQuery?: boolean): Record<string, any>;
  export function resolve(from: string, to: string): string;
  export function urlToHttpOptions(url: URL): Record<string, any>;
}

declare module "util" {
  const TheTextDecoder: typeof TextDecoder;
  const TheTextEncoder: typeof TextEncoder;
  export { TheTextDecoder as TextDecoder, TheTextEncoder as TextEncoder };
  export const types: Record<string, (value: unknown) => boolean>;
  export function callbackify(original: (...values: any[]) => Promise<any>): (...values: any[]) => void;
  export function debuglog(section: string): (...values: unknown[]) => void;
  export function deprecate<Original extends (...values: any[]) => any>(original: Original, message: string, code?: string): Original;
  export function format(...values: unknown[]): string;
  export function inherits(constructor: Function, parent: Function): void;
  export function inspect(value: unknown, options?: Record<string, any>): string;
  export function isDeepStrictEqual(one: unknown, other: unknown): boolean;
  export function promisify(original: (...values: any[]) => any): (...values: any[]) => Promise<any>;
  export function stripVTControlCharacters(text: string): string;
}

declare module "lodash";
declare module "lodash/*";

declare module "node:buffer" {
  export * from "buffer";
}
declare module "node:crypto" {
  export * from "crypto";
}
declare module "node:events" {
  export * from "events";
  export { default } from "events";
}
declare module "node:path" {
  export * from "path";
}
declare module "node:querystring" {
  export * from "querystring";
}
declare module "node:url" {
  export * from "url";
}
declare module "node:util" {
  export * from "util";
}
declare module "path/posix" {
  export * from "path";
}
declare module "node:path/posix" {
  export * from "path";
}
