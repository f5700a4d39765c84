import type { Arguments, Result } from 'methodhost'
import { listPage, orderToRecord, OrderStatus, type ApiOrder } from '../../lib'

export default async function list({
  apiClient,
  filter,
  cursor,
}: Arguments<'data/list'>): Promise<Result<'data/list'>> {
  const status: OrderStatus | undefined = filter?.status
  if (status !== undefined && !Object.values(OrderStatus).includes(status)) {
    throw new Error(`'${status}' is no status of an order; there are ${Object.values(OrderStatus).join(', ')}`)
  }
  return listPage<ApiOrder>(apiClient, 'orders', { query: { status, sort: ['placed_at', 'id'] }, cursor, toRecord: orderToRecord })
}
