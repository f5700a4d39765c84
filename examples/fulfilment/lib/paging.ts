import type { ApiClient, DataRecord, Query, QueryMembers, Result } from 'methodhost'
import type { Page } from './api/model'

const PAGE_SIZE = '20'

interface ListOptions<Item> {
  query?: QueryMembers
  cursor?: string
  toRecord: (item: Item) => DataRecord
}

/** One page of records; its cursor is the query of the next page, as the API wrote it. */
export async function listPage<Item>(
  client: ApiClient,
  path: string,
  { query = {}, cursor, toRecord }: ListOptions<Item>,
): Promise<Result<'data/list'>> {
  const page = await client.get<Page<Item>>(path, cursor ? new URLSearchParams(cursor) : firstQuery(query))
  return { records: page.items.map(toRecord), cursor: nextQuery(page)?.toString() }
}

/** All items, page by page. */
export async function* eachOf<Item>(client: ApiClient, path: string, members: QueryMembers = {}): AsyncGenerator<Item> {
  for (let query: Query | undefined = firstQuery(members); query !== undefined; ) {
    const page: Page<Item> = await client.get(path, query)
    yield* page.items
    query = nextQuery(page)
  }
}

function firstQuery(members: QueryMembers): URLSearchParams {
  const query = new URLSearchParams({ page_size: PAGE_SIZE })
  for (const [name, value] of Object.entries(members)) {
    for (const one of [value].flat()) if (one !== undefined) query.append(name, String(one))
  }
  return query
}

function nextQuery({ next }: Page<unknown>): URLSearchParams | undefined {
  return next === null ? undefined : new URL(next).searchParams
}
