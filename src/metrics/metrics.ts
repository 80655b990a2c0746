/**
 * What the service counts and times, for Prometheus.
 *
 * Nothing here is done for a frame of audio, and no exception comes out of it: a metric is never worth a call.
 */
import { Counter, Gauge, Registry } from './prom-client.ts'
import type { CallEntry } from '../bridge/call-feed.ts'
import type { SocketEvents } from '../runtime/socket.ts'
import { watchCall } from './call-metrics.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import {
  type CallRefusal,
  closeClassOf,
  type Leg,
  type RecordingOutcome,
  type StreamRefusal,
  type WebhookRefusal,
} from './labels.ts'

export type Metrics = Readonly<{
  /** Begins to count for a call; the result is told every entry of its feed, from `offered` to `ended`. */
  watchCall: (call: Readonly<{ model: string }>) => (entry: CallEntry) => void
  /** Gives the same events, with the socket's opening and end counted. Messages go through untouched. */
  watchSocket: (leg: Leg, events: SocketEvents) => SocketEvents
  callRefused: (reason: CallRefusal) => void
  webhookRefused: (reason: WebhookRefusal) => void
  streamRefused: (reason: StreamRefusal) => void
  /** Counts a try to bring a recording to the storage. */
  recordingTried: (outcome: RecordingOutcome) => void
  /** Takes a sample of the overload guard. */
  lagged: (lagMs: number, isOverloaded: boolean) => void
  /** Writes everything down in Prometheus' text format, version 0.0.4. */
  text: () => Promise<string>
  contentType: string
}>

export type MetricsOptions = Readonly<{
  build: Readonly<{ version: string; runtime: string; runtimeVersion: string }>
  /** Whether the process is on its way out. */
  isDraining: () => boolean
  usage: () => ProcessUsage
  /** How many recordings wait to be brought to the storage. */
  recordingsWaiting: () => number
  /** When the process started, in seconds since the epoch. */
  startedAtS: number
}>

/** What the process has used so far: CPU in seconds of one core, and memory. */
export type ProcessUsage = Readonly<{ cpuS: number; residentBytes: number }>

/** Makes the metrics of a process, in a registry of their own. */
export const createMetrics = (options: MetricsOptions): Metrics => {
  const registry = new Registry()
  const its = createInstruments(registry)
  addProcess(registry, options)
  addWaiting(registry, options)
  return {
    watchCall: ({ model }) => watchCall(its, model),
    watchSocket: (leg, events) => watchSocket(its, leg, events),
    callRefused: (reason) => its.callsRefused.inc({ reason }),
    webhookRefused: (reason) => its.webhooksRefused.inc({ reason }),
    streamRefused: (reason) => its.streamsRefused.inc({ reason }),
    recordingTried: (outcome) => its.recordings.inc({ outcome }),
    lagged: (lagMs, isOverloaded) => {
      its.lag.observe(lagMs / 1000)
      its.overloaded.set(isOverloaded ? 1 : 0)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

const watchSocket = (its: Instruments, leg: Leg, events: SocketEvents): SocketEvents => {
  let isOpen = false
  return {
    message: events.message,
    opened: () => {
      isOpen = true
      its.sockets.inc({ leg })
      events.opened?.()
    },
    closed: (close) => {
      if (isOpen) its.sockets.dec({ leg })
      its.closes.inc({ leg, code_class: closeClassOf(close) })
      events.closed(close)
    },
  }
}

const addWaiting = (registry: Registry, { recordingsWaiting }: MetricsOptions): void => {
  new Gauge({
    name: 'tandem_recordings_waiting',
    help: 'Recordings of calls that are over and not in the storage yet.',
    registers: [registry],
    collect() {
      this.set(recordingsWaiting())
    },
  })
}

/**
 * prom-client's own metrics of the process are left out: under the permissions that Deno is given here they say that it uses no
 * memory and that its event loop is never late, and on Bun that it is Node.
 */
const addProcess = (registry: Registry, options: MetricsOptions): void => {
  const registers = [registry]
  const { build: { version, runtime, runtimeVersion }, isDraining, usage, startedAtS } = options
  new Gauge({
    name: 'tandem_build_info',
    help: 'Always 1; the labels say what is running.',
    labelNames: ['version', 'runtime', 'runtime_version'],
    registers,
  }).set({ version, runtime, runtime_version: runtimeVersion }, 1)
  new Gauge({
    name: 'tandem_draining',
    help: '1 while the process takes no new calls because it is to stop.',
    registers,
    collect() {
      this.set(isDraining() ? 1 : 0)
    },
  })
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time used, in seconds of one core.',
    registers,
    collect() {
      this.reset()
      this.inc(usage().cpuS)
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(usage().residentBytes)
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since the epoch.',
    registers,
  }).set(startedAtS)
}
