const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

exports.run = async function ({ apiClient, input }) {
  const [metadata, bytes] = await Promise.all([
    apiClient.get(`files/${input.id}/metadata`),
    apiClient.get(`files/${input.id}`, undefined, { responseType: 'arraybuffer' }),
  ])
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    name: metadata.name,
    size: bytes.byteLength,
    isPng: PNG_SIGNATURE.every((value, index) => bytes[index] === value),
    width: view.getUint32(16),
    height: view.getUint32(20),
  }
}
