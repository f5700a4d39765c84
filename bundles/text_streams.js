// TextDecoderStream and TextEncoderStream. They have the decoder inside, so few runs should pay for both.
export { TextDecoderStream, TextEncoderStream } from "@exodus/bytes/encoding-lite.js";
