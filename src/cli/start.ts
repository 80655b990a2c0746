/** Starts the service as the environment says, with the built-in model where there is no key for another. */
import {
  type Environment,
  holds,
  type LogLevel,
  parseEnvironment,
  type Variables,
} from '../config/environment.ts'
import { checkReport } from '../config/check.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError, messageOf, StartError, type StoreError } from '../errors.ts'
import { withDocuments } from '../knowledge/documents.ts'
import type { Log } from '../log.ts'
import * as disk from '../runtime/files.ts'
import { randomSecret, sha256 } from '../runtime/hmac.ts'
import { sqlite } from '../runtime/sqlite.ts'
import { type Service, startService } from '../service.ts'
import { createMemoryStore } from '../store/memory.ts'
import { noRecord, openDatabase, openRecord } from '../store/open-record.ts'
import type { RecordStore } from '../store/record-store.ts'
import { createSharedStore } from '../store/shared.ts'
import { createSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import type { CommandContext, ExitCode } from './command.ts'
import { lookAtTables, makeTables } from './record-tables.ts'

export type Started = Readonly<{
  service: Service
  isBuiltInModel: boolean
  log: Log
  /** Stops the service, then the built-in model. */
  stop: () => Promise<void>
}>

export type StartOptions = Readonly<{
  /** How the built-in model behaves. */
  scenario?: string
  /** Leaves nothing behind on this machine. */
  isEphemeral?: boolean
  /** An operator asks over the API for the service to be drained. */
  onDrainAsked?: () => void
  /** The service listens and cannot answer anybody. */
  onUnable?: (error: Error) => void
}>

/** Gives the exit code instead when something is wrong; what it is has been written to stderr. */
export const startAll = async (
  context: CommandContext,
  variables: Variables,
  makeLog: (level: LogLevel) => Log,
  { scenario, isEphemeral = false, onDrainAsked = () => {}, onUnable = () => {} }: StartOptions =
    {},
): Promise<Started | ExitCode> => {
  const parsed = parseEnvironment(variables)
  if ('problems' in parsed) {
    for (const { variable, message } of parsed.problems) context.err(`${variable} ${message}`)
    return 2
  }
  const { environment } = parsed
  const files = withDocuments(disk)
  const log = makeLog(environment.logLevel)
  const builtIn = environment.openai.apiKey === undefined
    ? await startBuiltInModel(context, scenario)
    : undefined
  // What no call needs yet waits until the service has told that it listens.
  const listening = Promise.withResolvers<void>()
  const threads = Promise.withResolvers<void>()
  void listening.promise.then(threads.resolve)
  const { store, record } = isEphemeral
    ? { store: createMemoryStore(), record: noRecord }
    : openStores(context, environment, log, threads.promise)
  try {
    const service = await startService({
      runtime: context.runtime,
      environment,
      variables,
      model: builtIn ??
        { baseUrl: environment.openai.baseUrl, apiKey: environment.openai.apiKey ?? '' },
      files,
      store,
      record,
      mayRecord: !isEphemeral,
      clock: context.clock,
      wallMs: Date.now,
      fetch,
      log,
      onDrainAsked,
      onUnable,
      listening: listening.promise,
      onRecordNeeded: threads.resolve,
    })
    context.clock.after(0, listening.resolve)
    return {
      service,
      isBuiltInModel: builtIn !== undefined,
      log,
      stop: async () => {
        await service.stop()
        await builtIn?.stop()
      },
    }
  } catch (error) {
    listening.resolve()
    await store.close()
    await record.close()
    await builtIn?.stop()
    if (error instanceof ConfigError) {
      const loaded = await loadConfig(files, environment.configFolder, holds(variables))
      for (const line of checkReport(loaded, Date.now())) context.err(line)
      return 2
    }
    context.err(error instanceof StartError ? error.message : `cannot start: ${messageOf(error)}`)
    return 1
  }
}

const openStores = (
  { clock }: CommandContext,
  { dataFolder, databaseUrl, machine }: Environment,
  log: Log,
  mayStart: Promise<void>,
): Readonly<{ store: Store; record: RecordStore }> => {
  const onError = ({ code, message }: StoreError) =>
    log.error('record.failed', { code, problem: message })
  const onStoreError = ({ code, message }: StoreError) =>
    log.error('store.failed', { code, problem: message })
  const database = openDatabase({ databaseUrl, dataFolder }, mayStart)
  const name = machine ?? randomSecret().slice(0, 12)
  const record = openRecord(database, name, {
    dataFolder,
    clock,
    onError,
  })
  if (database.engine === 'postgres') {
    let isOpen = true
    const onErrorWhileOpen = (error: StoreError) => isOpen && onError(error)
    void mayStart.then(() => lookAtTables(record, onErrorWhileOpen))
    const { host, pathname } = new URL(databaseUrl ?? '')
    const id = sha256(host + pathname).slice(0, 16)
    const store = createSharedStore({ id, database, clock, now: Date.now, onError: onStoreError })
    return { store, record: closing(record, () => isOpen = false) }
  }
  const stopTrying = makeTables(record, clock, onError)
  const path = `${dataFolder}/tandem.db`
  const store = createSqliteStore({
    path,
    driver: sqlite,
    clock,
    now: Date.now,
    onError: onStoreError,
    mayStart,
  })
  return { store, record: closing(record, stopTrying) }
}

/** A record before whose end something else is done. */
const closing = (record: RecordStore, before: () => void): RecordStore => ({
  ...record,
  close: () => {
    before()
    return record.close()
  },
})

const startBuiltInModel = async (context: CommandContext, scenario = 'parrot') => {
  // Only those who have no key pay for loading it.
  const { startModelServer } = await import('../sim/model/server.ts')
  const { loadClips } = await import('../sim/model/clips.ts')
  const { loadScenario } = await import('../sim/model/scenario.ts')
  const model = await startModelServer({
    runtime: context.runtime,
    clock: context.clock,
    hostname: '127.0.0.1',
    port: 0,
    scenario: await loadScenario(disk, scenario),
    clips: await loadClips(disk),
    fetch,
  })
  return { baseUrl: model.url, apiKey: 'built-in', stop: model.stop }
}
