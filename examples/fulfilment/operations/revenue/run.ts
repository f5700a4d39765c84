import type { Arguments } from 'methodhost'
import { eachOf, type ApiOrder } from '../../lib'
import { RateTable } from '../../lib/api/rate-table'

interface Revenue {
  currency: string
  orders: number
  total: number
}

// What all orders are worth in one currency, by the day's exchange rates.
export default async function run({ apiClient, input, parameters }: Arguments<'operations/run'>): Promise<Revenue> {
  const rates = new RateTable(parameters.ratesUri, input?.currency ?? 'EUR')
  const revenue: Revenue = { currency: rates.currency, orders: 0, total: 0 }
  for await (const order of eachOf<ApiOrder>(apiClient, 'orders')) {
    revenue.orders += 1
    revenue.total += await rates.convert(order.total, order.currency)
  }
  console.log(`${revenue.orders} orders, rates asked for ${rates.requests} times`)
  return { ...revenue, total: Math.round(revenue.total * 100) / 100 }
}
