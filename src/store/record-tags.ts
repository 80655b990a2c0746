/**
 * The tags of calls. Each is a row that also says when it was taken away, so that whatever was told last holds, in whichever order it
 * comes into the database.
 */
import type { CallTag } from '../record/record.ts'
import { type Insert, insertOne } from './insert.ts'
import { placeholders, type Sql, sql } from './sql.ts'

/** What is to become of the tags of a call. */
export type TagChange = Readonly<{
  add: readonly string[]
  remove: readonly string[]
  /** The most there may be in the end. */
  most: number
}>

/** The tags as they are then, or why nothing was changed. */
export type Tagged =
  | Readonly<{ is: 'tagged'; tags: readonly string[] }>
  | Readonly<{ is: 'no-such-call' }>
  | Readonly<{ is: 'too-many' }>

/** The row of a tag. */
export const insertOfTag = ({ callSid, startedAt, tag, isSet, at }: CallTag): Insert => ({
  table: 'call_tags',
  row: { call_sid: callSid, started_at: startedAt, tag, is_set: isSet ? 1 : 0, at },
  key: ['call_sid', 'tag'],
  update: 'set is_set = excluded.is_set, at = excluded.at where excluded.at >= call_tags.at',
})

/** Changes the tags of a call at a moment, in ms since 1970. */
export const changeTags = async (
  database: Sql,
  callSid: string,
  { add, remove, most }: TagChange,
  at: number,
): Promise<Tagged> => {
  const [call] = await database.query(
    sql('select started_at from calls where call_sid = ?', callSid),
  )
  if (!call) return { is: 'no-such-call' }
  const before = (await tagsOf(database, [callSid])).get(callSid) ?? []
  const after = new Set([...before, ...add].filter((tag) => !remove.includes(tag)))
  if (after.size > most) return { is: 'too-many' }
  const change = (isSet: boolean) => (tag: string) =>
    insertOne(insertOfTag({ callSid, startedAt: Number(call.started_at), tag, isSet, at }))
  const statements = [...add.map(change(true)), ...remove.map(change(false))]
  if (statements.length > 0) await database.write(statements)
  const tags = (await tagsOf(database, [callSid])).get(callSid) ?? []
  return { is: 'tagged', tags }
}

/** The tags of some calls, in order of the alphabet; calls without any are not in it. */
export const tagsOf = async (
  database: Sql,
  callSids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  if (callSids.length === 0) return new Map()
  const rows = await database.query(sql(
    `select call_sid, tag from call_tags where is_set = 1 and call_sid in (${
      placeholders(callSids)
    })`,
    ...callSids,
  ))
  const tags = Map.groupBy(rows, (row) => String(row.call_sid))
  return new Map(
    [...tags].map(([callSid, each]) => [callSid, each.map((row) => String(row.tag)).toSorted()]),
  )
}
