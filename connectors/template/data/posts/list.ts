import type { Arguments, Result } from 'methodhost'
import { toRecord, type Post } from '../../lib/post'

const PAGE_SIZE = 10

// One page of posts. The cursor that it gives is given to it again for the next page.
export default async function list({
  apiClient,
  filter,
  cursor,
}: Arguments<'data/list'>): Promise<Result<'data/list'>> {
  const page = Number(cursor ?? 1)
  const posts = await apiClient.get<Post[]>('posts', { _page: page, _limit: PAGE_SIZE, userId: filter?.userId })
  console.log(`page ${page} has ${posts.length} posts`)
  return {
    records: posts.map(toRecord),
    cursor: posts.length === PAGE_SIZE ? page + 1 : undefined,
  }
}
