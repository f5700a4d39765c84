import type { Arguments, Result } from 'methodhost'
import { customerToRecord, listPage, type ApiCustomer } from '../../lib'

export default async function list({ apiClient, cursor }: Arguments<'data/list'>): Promise<Result<'data/list'>> {
  return listPage<ApiCustomer>(apiClient, 'customers', { cursor, toRecord: customerToRecord })
}
