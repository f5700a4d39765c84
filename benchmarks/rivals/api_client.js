// What methods call on the rivals' side: axios as an ordinary runner would set it up, connections kept open.
const http = require('node:http');

const connect = (baseURL) => {
  const axios = require('axios');
  const agent = new http.Agent({ keepAlive: true });
  const instance = axios.create({ baseURL, httpAgent: agent, maxBodyLength: Infinity, maxContentLength: Infinity });
  const withBuffer = (data, responseType) => (responseType === 'arraybuffer' ? Buffer.from(data) : data);
  return {
    get: async (path, params, { responseType } = {}) =>
      withBuffer((await instance.get(path, { params, responseType })).data, responseType),
    put: async (path, data) => (await instance.put(path, data)).data,
  };
};

module.exports = { connect };
