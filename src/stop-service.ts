/**
 * How a service goes: first nothing new is begun, then the calls that are on end or are handed over, and only then are the server,
 * the stores and what calls left in files let go.
 */
import type { Abilities } from './abilities.ts'
import { drainCalls } from './bridge/drain.ts'
import type { Exchange } from './bridge/exchange.ts'
import { hasSuccessor } from './bridge/successor.ts'
import { type Clock, passed } from './clock.ts'
import type { Environment } from './config/environment.ts'
import type { Log } from './log.ts'
import type { KeptRecord } from './record/keep-record.ts'
import type { RecordStore } from './store/record-store.ts'
import type { Store } from './store/store.ts'

/** All that runs. */
export type Running = Readonly<{
  config: Readonly<{ stop: () => void }>
  abilities: Pick<Abilities, 'retire' | 'stop'>
  guard: Readonly<{ stop: () => void }>
  kept: Pick<KeptRecord, 'settled' | 'stop'>
  exchange: Exchange
  listened: Readonly<{ stop: () => void }>
  outbound: Readonly<{ stop: () => Promise<void> }>
  delivery: Readonly<{ stop: () => Promise<void> }>
  server: Readonly<{ stop: () => Promise<void> }>
  store: Store
  record: Pick<RecordStore, 'close'>
  /** How long calls may go on. */
  drain: Environment['drain']
  publicUrl: string
  clock: Clock
  log: Log
}>

/**
 * How long this process answers after its last call was handed over: Twilio asks, and asks again once those who were handed over
 * before have heard two seconds of hold tone.
 */
const LAST_WORDS_MS = 3_000

/** Stops a service that takes no new calls any more; resolves when nothing runs. */
export const stopService = async (running: Running): Promise<void> => {
  const { exchange, kept, store, publicUrl, clock, log } = running
  running.config.stop()
  running.abilities.retire()
  running.guard.stop()
  kept.stop()
  log.info('service.draining', { calls: exchange.count(), ...running.drain })
  await running.outbound.stop()
  const handedOver = await drainCalls({
    ...running.drain,
    exchange,
    clock,
    onHandOver: (calls, hasSuccessor) => log.info('service.handing-over', { calls, hasSuccessor }),
    hasSuccessor: () => hasSuccessor({ publicUrl, storeId: store.id, fetch }),
  })
  running.listened.stop()
  running.abilities.stop()
  const settled = kept.settled()
  await store.flush()
  if (handedOver > 0) await passed(clock, LAST_WORDS_MS)
  await settled
  // On Deno this closes every socket at once: no call may be left.
  await running.server.stop()
  await running.delivery.stop()
  await store.close()
  // The two may share a database.
  await running.record.close()
}
