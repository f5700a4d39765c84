import type { Arguments } from 'methodhost'
import { eachOf, OrderStatus, type ApiOrder } from '../../lib'

// How many orders there are in each state: the pages of all states are fetched at the same time.
export default async function run({ apiClient }: Arguments<'operations/run'>): Promise<Record<string, number>> {
  const counts = Object.values(OrderStatus).map(async (status) => {
    let count = 0
    for await (const _ of eachOf<ApiOrder>(apiClient, 'orders', { status })) count += 1
    return [status, count]
  })
  return Object.fromEntries(await Promise.all(counts))
}
