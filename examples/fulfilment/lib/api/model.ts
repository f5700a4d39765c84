export enum OrderStatus {
  New = 'new',
  Packed = 'packed',
  Shipped = 'shipped',
}

export interface ApiOrder {
  id: string
  customer_id: string
  status: OrderStatus
  total: number
  currency: string
  placed_at: string
}

export interface ApiCustomer {
  id: string
  name: string
  country: string
}

/** A page as the API gives it: `next` is the address of the next one. */
export interface Page<Item> {
  items: Item[]
  next: string | null
}
