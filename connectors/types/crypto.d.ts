// Written by methodhost types, which writes it anew each time.

type BufferSource = ArrayBuffer | ArrayBufferView;
type AlgorithmIdentifier = string | { name: string; [parameter: string]: any };
type KeyUsage = "encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey";

interface CryptoKey {
  readonly algorithm: { name: string; [parameter: string]: any };
  readonly extractable: boolean;
  readonly type: "secret" | "public" | "private";
  readonly usages: KeyUsage[];
}
declare var CryptoKey: { prototype: CryptoKey };

interface CryptoKeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

interface SubtleCrypto {
  decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  deriveBits(algorithm: AlgorithmIdentifier, key: CryptoKey, length?: number | null): Promise<ArrayBuffer>;
  deriveKey(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    derived: AlgorithmIdentifier,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey>;
  digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer>;
  encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  exportKey(format: "jwk", key: CryptoKey): Promise<Record<string, any>>;
  exportKey(format: "raw" | "pkcs8" | "spki", key: CryptoKey): Promise<ArrayBuffer>;
  generateKey(algorithm: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey | CryptoKeyPair>;
  importKey(
    format: "jwk" | "raw" | "pkcs8" | "spki",
    data: BufferSource | Record<string, any>,
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<CryptoKey>;
  sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  verify(algorithm: AlgorithmIdentifier, key: CryptoKey, signature: BufferSource, data: BufferSource): Promise<boolean>;
}
declare var SubtleCrypto: { prototype: SubtleCrypto };

interface Crypto {
  readonly subtle: SubtleCrypto;
  getRandomValues<View extends ArrayBufferView>(array: View): View;
  randomUUID(): string;
}
declare var crypto: Crypto;

declare module "crypto" {
  type Data = string | ArrayBufferView;
  type Encoding = "hex" | "base64" | "base64url" | "latin1" | "binary";

  export interface Hash {
    copy(): Hash;
    digest(): Buffer;
    digest(encoding: Encoding): string;
    update(data: Data, encoding?: BufferEncoding): Hash;
  }
  export interface Hmac {
    digest(): Buffer;
    digest(encoding: Encoding): string;
    update(data: Data, encoding?: BufferEncoding): Hmac;
  }

  export function createHash(algorithm: string): Hash;
  export function createHmac(algorithm: string, key: Data): Hmac;
  export function getHashes(): string[];
  export function getRandomValues<View extends ArrayBufferView>(array: View): View;
  export function hash(algorithm: string, data: Data, encoding?: Encoding): string;
  export function hash(algorithm: string, data: Data, encoding: "buffer"): Buffer;
  export function randomBytes(size: number): Buffer;
  export function randomInt(max: number): number;
  export function randomInt(min: number, max: number): number;
  export function randomUUID(): string;
  export function timingSafeEqual(one: ArrayBufferView, other: ArrayBufferView): boolean;
  export const subtle: SubtleCrypto;
  export const webcrypto: Crypto;
}
