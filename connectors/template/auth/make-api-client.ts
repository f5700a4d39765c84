import type { Arguments, Result } from 'methodhost'

// What is sent with each request of a method's apiClient.
export default function makeApiClient({
  credentials,
  connectionParameters,
}: Arguments<'auth/make-api-client'>): Result<'auth/make-api-client'> {
  return {
    baseUri: connectionParameters.baseUri,
    auth: { type: 'bearer', token: credentials.apiKey },
  }
}
