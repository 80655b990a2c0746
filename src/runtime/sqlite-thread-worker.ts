/** The thread of a `SqliteThread`. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadRequest } from './sqlite-thread.ts'
import { createSqliteWork } from './sqlite-work.ts'

const { path }: Readonly<{ path: string }> = workerData
const answer = createSqliteWork(path)

parentPort?.on('message', (request: ThreadRequest) => parentPort?.postMessage(answer(request)))
