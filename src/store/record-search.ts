/** Words that were said, looked for in all calls: each engine has an index of its own for them. */
import type { CallLine } from '../record/record.ts'
import { lineOf } from './record-rows.ts'
import { wordsOf } from './search-words.ts'
import { is, type Sql, sql, type Statement, whereAll } from './sql.ts'

/** A line that has the words; `id` is where the next page goes on. */
export type FoundLine = Readonly<{ id: number; line: CallLine }>

/** Asks for the newest lines with all the words, before the one of an earlier page. */
export const findLines = async (
  database: Sql,
  asked: Readonly<{
    words: string
    customer?: string | undefined
    limit: number
    before?: number | undefined
  }>,
): Promise<readonly FoundLine[]> => {
  const words = wordsOf(asked.words)
  if (words.length === 0) return []
  const find = database.engine === 'sqlite' ? findBySqlite : findByPostgres
  const rows = await database.query(find(words, asked))
  return rows.map((row) => ({ id: Number(row.id), line: lineOf(row) }))
}

type Search = Omit<Parameters<typeof findLines>[1], 'words'>

// The index is walked from the newest line on and the customer is in it, so nothing is sorted.
const findBySqlite = (words: readonly string[], { customer, limit, before }: Search): Statement => {
  const quoted = words.map((word) => `"${word}"`).join(' AND ')
  const match = customer === undefined
    ? `text : (${quoted})`
    : `text : (${quoted}) AND customer : "${wordsOf(customer).join('')}"`
  const where = [
    sql('call_lines_words match ?', match),
    is('call_lines_words.rowid < ?', before),
    is('call_lines.customer = ?', customer),
  ].filter((each) => each !== undefined)
  return sql(
    `select call_lines.* from call_lines_words join call_lines on call_lines.id = call_lines_words.rowid
    ${whereAll(where)} order by call_lines_words.rowid desc limit ?`,
    ...where.flatMap(({ values }) => values),
    limit,
  )
}

const findByPostgres = (
  words: readonly string[],
  { customer, limit, before }: Search,
): Statement => {
  const where = [
    sql(`words @@ plainto_tsquery('simple', ?)`, words.join(' ')),
    is('id < ?', before),
    is('customer = ?', customer),
  ].filter((each) => each !== undefined)
  return sql(
    `select * from call_lines${whereAll(where)} order by id desc limit ?`,
    ...where.flatMap(({ values }) => values),
    limit,
  )
}
