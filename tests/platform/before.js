// Stands before the harness of the web-platform-tests: what it looks for where there is no browser. Data of tests comes as the
// method's arguments, and is given to them as if they had fetched it.
globalThis.self = globalThis
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false }
globalThis.location = { search: '', pathname: '/', href: 'about:blank' }
const givenData = {}
const realFetch = globalThis.fetch
globalThis.fetch = async (resource, ...rest) => {
  if (!(resource in givenData)) return realFetch(resource, ...rest)
  return { json: async () => JSON.parse(givenData[resource]), text: async () => givenData[resource] }
}

// What tests of Blob read with; browsers alone have it.
globalThis.FileReader = class {
  async readAsText(blob) {
    this.result = await blob.text()
    this.onload({ target: this })
  }
  async readAsArrayBuffer(blob) {
    this.result = await blob.arrayBuffer()
    this.onload({ target: this })
  }
}
