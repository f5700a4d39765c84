// Written by methodhost types, which writes it anew each time.

type BytesInput = ArrayBuffer | ArrayBufferView;
type KeyUsage = "encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey";

interface CryptoAlgorithm {
  name: string;
  hash?: string | { name: string };
  namedCurve?: "P-256" | "P-384" | "P-521";
  length?: number;
  iterations?: number;
  modulusLength?: number;
  saltLength?: number;
  tagLength?: number;
  publicExponent?: Uint8Array;
  iv?: BytesInput;
  additionalData?: BytesInput;
  salt?: BytesInput;
  info?: BytesInput;
  label?: BytesInput;
}

interface JsonWebKey {
  kty?: string;
  [member: string]: unknown;
}

interface CryptoKey {
  readonly type: "secret" | "private" | "public";
  readonly extractable: boolean;
  readonly algorithm: CryptoAlgorithm;
  readonly usages: KeyUsage[];
}
declare var CryptoKey: { prototype: CryptoKey };

interface CryptoKeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

type KeyFormat = "raw" | "pkcs8" | "spki";
type KeyPairAlgorithm = CryptoAlgorithm & { name: "ECDSA" | "Ed25519" | "RSA-OAEP" | "RSA-PSS" | "RSASSA-PKCS1-v1_5" };
type SecretKeyAlgorithm = CryptoAlgorithm & { name: "AES-CBC" | "AES-GCM" | "HMAC" };

interface SubtleCrypto {
  digest(algorithm: string | CryptoAlgorithm, data: BytesInput): Promise<ArrayBuffer>;
  sign(algorithm: string | CryptoAlgorithm, key: CryptoKey, data: BytesInput): Promise<ArrayBuffer>;
  verify(algorithm: string | CryptoAlgorithm, key: CryptoKey, signature: BytesInput, data: BytesInput): Promise<boolean>;
  encrypt(algorithm: CryptoAlgorithm, key: CryptoKey, data: BytesInput): Promise<ArrayBuffer>;
  decrypt(algorithm: CryptoAlgorithm, key: CryptoKey, data: BytesInput): Promise<ArrayBuffer>;
  deriveBits(algorithm: CryptoAlgorithm, key: CryptoKey, length: number): Promise<ArrayBuffer>;
  deriveKey(algorithm: CryptoAlgorithm, key: CryptoKey, derived: CryptoAlgorithm, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  importKey(format: "jwk", key: JsonWebKey, algorithm: string | CryptoAlgorithm, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  importKey(format: KeyFormat, key: BytesInput, algorithm: string | CryptoAlgorithm, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  exportKey(format: "jwk", key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: KeyFormat, key: CryptoKey): Promise<ArrayBuffer>;
  generateKey(algorithm: KeyPairAlgorithm, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKeyPair>;
  generateKey(algorithm: SecretKeyAlgorithm, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
}
declare var SubtleCrypto: { prototype: SubtleCrypto };

interface Crypto {
  readonly subtle: SubtleCrypto;
  getRandomValues<T extends ArrayBufferView>(array: T): T;
  randomUUID(): string;
}
declare var crypto: Crypto;
