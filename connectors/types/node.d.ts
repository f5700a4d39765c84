// Written by methodhost types, which writes it anew each time.

// Modules of Node.js, as far as methods have them, and lodash.

declare module "crypto" {
  type Data = string | ArrayBufferView;

  interface Digest {
    update(data: Data, encoding?: BufferEncoding): this;
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
  }
  interface Hash extends Digest {
    copy(): Hash;
  }

  export function createHash(algorithm: string): Hash;
  export function createHmac(algorithm: string, key: Data | ArrayBuffer): Digest;
  export function hash(algorithm: string, data: Data, encoding?: BufferEncoding): string;
  export function getHashes(): string[];
  export function randomBytes(size: number): Buffer;
  export function randomBytes(size: number, callback: (error: null, bytes: Buffer) => void): void;
  export function randomFillSync<T extends ArrayBufferView | ArrayBuffer>(buffer: T, offset?: number, size?: number): T;
  export function randomInt(max: number): number;
  export function randomInt(min: number, max: number): number;
  export function randomUUID(): string;
  export function timingSafeEqual(left: ArrayBufferView | ArrayBuffer, right: ArrayBufferView | ArrayBuffer): boolean;
  export function getRandomValues<T extends ArrayBufferView>(array: T): T;
  export const subtle: SubtleCrypto;
  export const webcrypto: Crypto;
}

declare module "buffer" {
  const NativeBuffer: typeof Buffer;
  const NativeBlob: typeof Blob;
  const NativeFile: typeof File;
  export { NativeBlob as Blob, NativeBuffer as Buffer, NativeFile as File };
  export function atob(text: string): string;
  export function btoa(text: string): string;
}

declare module "events" {
  class EventEmitter {
    static EventEmitter: typeof EventEmitter;
    static defaultMaxListeners: number;
    static once(emitter: EventEmitter, event: string | symbol): Promise<any[]>;
    on(event: string | symbol, listener: (...values: any[]) => void): this;
    once(event: string | symbol, listener: (...values: any[]) => void): this;
    off(event: string | symbol, listener: (...values: any[]) => void): this;
    addListener(event: string | symbol, listener: (...values: any[]) => void): this;
    removeListener(event: string | symbol, listener: (...values: any[]) => void): this;
    removeAllListeners(event?: string | symbol): this;
    emit(event: string | symbol, ...values: any[]): boolean;
    eventNames(): (string | symbol)[];
    listenerCount(event: string | symbol): number;
    listeners(event: string | symbol): Function[];
    setMaxListeners(count: number): this;
  }
  export function once(emitter: EventEmitter, event: string | symbol): Promise<any[]>;
  export { EventEmitter, EventEmitter as default };
}

declare module "path" {
  export const sep: string;
  export const delimiter: string;
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function format(parts: { dir?: string; root?: string; base?: string; name?: string; ext?: string }): string;
  export function isAbsolute(path: string): boolean;
  export function join(...paths: string[]): string;
  export function normalize(path: string): string;
  export function parse(path: string): { dir: string; root: string; base: string; name: string; ext: string };
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
}

declare module "querystring" {
  export function parse(text: string, separator?: string, equals?: string, options?: { maxKeys?: number }): Record<string, string | string[]>;
  export function stringify(values?: object, separator?: string, equals?: string): string;
  export function escape(text: string): string;
  export function unescape(text: string): string;
  export { parse as decode, stringify as encode };
}

declare module "url" {
  const NativeURL: typeof URL;
  const NativeURLSearchParams: typeof URLSearchParams;
  export { NativeURL as URL, NativeURLSearchParams as URLSearchParams };
  export function parse(url: string, parseQueryString?: boolean, slashesDenoteHost?: boolean): any;
  export function format(url: object | string, options?: { auth?: boolean; fragment?: boolean; search?: boolean }): string;
  export function resolve(from: string, to: string): string;
  export function urlToHttpOptions(url: URL): any;
}

declare module "util" {
  export function format(...values: unknown[]): string;
  export function inspect(value: unknown, options?: object): string;
  export function inherits(constructor: Function, superConstructor: Function): void;
  export function isDeepStrictEqual(left: unknown, right: unknown): boolean;
  export function promisify(original: Function): (...values: any[]) => Promise<any>;
  export function callbackify(original: (...values: any[]) => Promise<any>): (...values: any[]) => void;
  export function deprecate<T extends Function>(original: T, message: string, code?: string): T;
  export function stripVTControlCharacters(text: string): string;
  export const types: Record<string, (value: unknown) => boolean>;
  const Encoder: typeof TextEncoder;
  const Decoder: typeof TextDecoder;
  export { Decoder as TextDecoder, Encoder as TextEncoder };
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
