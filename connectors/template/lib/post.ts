import type { DataRecord } from 'methodhost'

export interface Post {
  id: number
  userId: number
  title: string
  body: string
}

export function toRecord({ id, ...fields }: Post): DataRecord {
  return { id: String(id), name: fields.title, fields }
}
