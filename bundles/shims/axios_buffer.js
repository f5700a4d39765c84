// Buffers of axios's forms: they hold Blobs here.
export default { isBufferAvailable: () => false };
