import type { Arguments, Result } from 'methodhost'

export default function makeApiClient({
  credentials,
  connectionParameters,
}: Arguments<'auth/make-api-client'>): Result<'auth/make-api-client'> {
  return {
    baseUri: `${connectionParameters.baseUri}/v2`,
    auth: { type: 'api-key', in: 'header', name: 'X-Api-Key', value: credentials.apiKey },
  }
}
