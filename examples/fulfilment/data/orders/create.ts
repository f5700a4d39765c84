import type { Arguments, Result } from 'methodhost'
import { fieldsToOrder, type ApiOrder } from '../../lib'
import { signatureOf } from '../../lib/signature'

// Orders move goods: the API wants each one signed with the shop's secret.
export default async function create({
  apiClient,
  credentials,
  fields,
}: Arguments<'data/create'>): Promise<Result<'data/create'>> {
  const body = JSON.stringify(fieldsToOrder(fields))
  const timestamp = Math.floor(Date.now() / 1000)
  const { id } = await apiClient.post<ApiOrder>('orders', body, {
    headers: {
      'Content-Type': 'application/json',
      'X-Timestamp': timestamp,
      'X-Signature': signatureOf(credentials.signingSecret, timestamp, body),
    },
  })
  return { id }
}
