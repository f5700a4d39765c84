import type { Arguments } from 'methodhost'

export default async function test({ apiClient }: Arguments<'auth/test'>): Promise<boolean> {
  const account = await apiClient.get<{ active: boolean }>('account')
  return account.active
}
