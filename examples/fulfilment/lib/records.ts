import type { DataRecord, Fields } from 'methodhost'
import { OrderStatus, type ApiCustomer, type ApiOrder } from './api/model'

export function orderToRecord({ id, placed_at, customer_id, ...fields }: ApiOrder): DataRecord {
  return { id, name: `Order ${id}`, fields: { customerId: customer_id, ...fields }, createdTime: placed_at }
}

export function customerToRecord({ id, name, country }: ApiCustomer): DataRecord {
  return { id, name, fields: { name, country } }
}

export function fieldsToOrder({ customerId, status = OrderStatus.New, total, currency }: Fields): Omit<ApiOrder, 'id' | 'placed_at'> {
  return { customer_id: customerId, status, total, currency }
}
