/** The thread of a database: opens it where it is told, does what it is asked, answers each piece of it. */
import { systemClock } from '../clock.ts'
import { StoreError } from '../errors.ts'
import { answerThread } from '../runtime/thread-side.ts'
import type { DatabaseAnswer, DatabaseAsked, DatabasePlace } from './database-thread.ts'
import { storeError } from './problem.ts'
import { createRecordDatabase, type RecordDatabase } from './record-database.ts'

/** The driver of a database is loaded only by who has one. */
const open = async (place: DatabasePlace): Promise<RecordDatabase> => {
  if (place.engine === 'sqlite') {
    const { createSqliteSql } = await import('./sqlite-sql.ts')
    return createRecordDatabase(createSqliteSql(place.path))
  }
  const { createPostgresSql } = await import('./postgres-sql.ts')
  return createRecordDatabase(createPostgresSql({ ...place, clock: systemClock }))
}

const NOTHING = { rows: [], changes: [] }

const perform = async (database: RecordDatabase, asked: DatabaseAsked): Promise<DatabaseAnswer> => {
  switch (asked.kind) {
    case 'query':
      return { ...NOTHING, rows: await database.query(asked.statement) }
    case 'write':
      return { ...NOTHING, changes: await database.write(asked.statements) }
    case 'keep':
      await database.keep(JSON.parse(asked.writes))
      return NOTHING
    case 'close':
      await database.close()
      return NOTHING
  }
}

answerThread((place: DatabasePlace) => {
  const opening = open(place)
  return async (asked: DatabaseAsked): Promise<DatabaseAnswer> => {
    try {
      return await perform(await opening, asked)
    } catch (cause) {
      const isTold = cause instanceof StoreError
      const { code, message } = isTold ? cause : storeError('cannot use the database', cause)
      return { code, message }
    }
  }
})
