import type { Arguments } from 'methodhost'

// Whether the connection works: something true, or else false or an error.
export default async function test({ apiClient }: Arguments<'auth/test'>): Promise<boolean> {
  const users = await apiClient.get<unknown[]>('users', { _limit: 1 })
  return users.length > 0
}
