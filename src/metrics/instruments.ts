/**
 * Every metric of the service: its name, what it says, its labels and its buckets, in the units of Prometheus.
 *
 * All label values are there from the start, at 0: a series that first appears with a 1 has not increased in the eyes of an alert.
 *
 * https://prometheus.io/docs/practices/naming/
 */
import { END_REASONS } from '../call/end-reason.ts'
import { Counter, Gauge, Histogram, type Registry } from './prom-client.ts'
import * as label from './labels.ts'

/** All metrics that are counted in by hand. */
export type Instruments = ReturnType<typeof createInstruments>

const CALL_SECONDS = [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]
const CONNECT_SECONDS = [0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 8]
/** A caller who hears nothing for 1.5 s hears a hold tone then. */
const GAP_SECONDS = [0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 20]
/** The alert is at 1.5 s. */
const TURN_SECONDS = [0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5, 2, 3, 5]
const GREETING_SECONDS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 3, 5]
/** Frames are 20 ms; the overload guard acts at 60 ms. */
const LAG_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2]

/** A set that only the customers' files bound. */
const OPEN: readonly string[] = []

/** Makes the metrics and puts them into a registry. */
export const createInstruments = (registry: Registry) => {
  const { counter, gauge, histogram } = kinds(registry)
  return {
    callsActive: gauge('tandem_calls_active', 'Calls that are ringing or talking.'),
    calls: counter('tandem_calls_total', 'Calls that have ended.', {
      end_reason: END_REASONS,
    }),
    callDuration: histogram(
      'tandem_call_duration_seconds',
      'From the webhook to the end of the call.',
      CALL_SECONDS,
    ),
    summaries: counter(
      'tandem_summaries_total',
      'Calls that were to be summed up after their end, and whether they were.',
      { status: label.SUMMARY_STATUSES },
    ),
    callsRefused: counter('tandem_calls_refused_total', 'Calls that were offered and not taken.', {
      reason: label.CALL_REFUSALS,
    }),
    webhooksRefused: counter(
      'tandem_webhooks_refused_total',
      'Webhooks that were refused: not signed with our token, or of another account.',
      { reason: label.WEBHOOK_REFUSALS },
    ),
    streamsRefused: counter(
      'tandem_streams_refused_total',
      'Sockets that did not become the stream of a call.',
      { reason: label.STREAM_REFUSALS },
    ),

    streamsLost: counter(
      'tandem_streams_lost_total',
      'Streams that broke, or did not come, under a caller who had not hung up.',
    ),
    streamGap: histogram(
      'tandem_stream_gap_seconds',
      'From a stream that was lost to the next one of the same call.',
      GAP_SECONDS,
    ),
    callsRevived: counter(
      'tandem_calls_revived_total',
      'Calls that were taken up from another process.',
    ),

    greeting: histogram(
      'tandem_greeting_seconds',
      'From the open line to the first word of the agent, where it speaks first.',
      GREETING_SECONDS,
    ),
    turnResponse: histogram(
      'tandem_turn_response_seconds',
      'From hearing that the caller has stopped to sending the first sound of the answer.',
      TURN_SECONDS,
      { model: OPEN },
    ),
    bargeIns: counter('tandem_barge_ins_total', 'Times a caller cut the agent short.'),

    modelConnect: histogram(
      'tandem_model_connect_seconds',
      'From the webhook to a session that is ready, or to giving up.',
      CONNECT_SECONDS,
      { outcome: label.CONNECT_OUTCOMES },
    ),
    modelInterruptions: counter(
      'tandem_model_interruptions_total',
      'Sessions that broke in the middle of a call that goes on.',
    ),
    modelGap: histogram(
      'tandem_model_gap_seconds',
      'From a session that broke to the next one of the same call that is ready.',
      GAP_SECONDS,
    ),
    modelRenewals: counter(
      'tandem_model_renewals_total',
      'Sessions that were replaced before their longest time was over.',
      { outcome: label.RENEWAL_OUTCOMES },
    ),
    modelComplaints: counter(
      'tandem_model_complaints_total',
      'Errors of the model that did not end the session.',
      { code: label.MODEL_CODES },
    ),
    responses: counter('tandem_responses_total', 'Responses of the model that have ended.', {
      status: label.RESPONSE_STATUSES,
    }),
    responseFailures: counter(
      'tandem_response_failures_total',
      'Responses that failed or were left incomplete, by cause.',
      { code: label.MODEL_CODES },
    ),
    tokens: counter(
      'tandem_tokens_total',
      'Tokens of all responses; `input` is what was not read from the cache.',
      { model: OPEN, kind: label.TOKEN_KINDS, modality: label.MODALITIES },
    ),

    callerFrames: counter(
      'tandem_caller_frames_total',
      'Frames that came from callers; this and all audio is counted when a call ends.',
    ),
    callerFilled: counter(
      'tandem_caller_filled_seconds_total',
      'Silence that was put in where frames of the caller did not come.',
    ),
    agentSent: counter('tandem_agent_sent_seconds_total', 'Audio of the agent sent to callers.'),
    agentDeltasRefused: counter(
      'tandem_agent_deltas_refused_total',
      'Audio deltas that came after the caller had spoken over their response.',
    ),
    audioDropped: counter(
      'tandem_audio_dropped_seconds_total',
      'Audio that waited for a leg to be ready and was given up for lack of room.',
      { speaker: label.SPEAKERS },
    ),
    payloadsRejected: counter(
      'tandem_payloads_rejected_total',
      'Audio payloads, of either leg, that were not base64.',
    ),

    recordings: counter(
      'tandem_recordings_total',
      'Tries to bring a recording to the storage; one that failed is made again.',
      { outcome: label.RECORDING_OUTCOMES },
    ),

    sockets: gauge('tandem_ws_connections', 'WebSockets that are open.', { leg: label.LEGS }),
    closes: counter('tandem_ws_closes_total', 'WebSockets that have ended.', {
      leg: label.LEGS,
      code_class: label.CLOSE_CLASSES,
    }),

    lag: histogram(
      'tandem_event_loop_lag_seconds',
      'How late a timer of the event loop was, ten samples a second.',
      LAG_SECONDS,
    ),
    overloaded: gauge('tandem_overloaded', '1 while new calls are refused for the lag.'),
  }
}

type LabelSets = Readonly<Record<string, readonly string[]>>

/** The kinds of metric, each with its labels at 0. */
const kinds = (registry: Registry) => {
  const registers = [registry]
  return {
    counter: (name: string, help: string, labels: LabelSets = {}) => {
      const made = new Counter({ name, help, labelNames: Object.keys(labels), registers })
      for (const each of combinations(labels)) made.inc(each, 0)
      return made
    },
    gauge: (name: string, help: string, labels: LabelSets = {}) => {
      const made = new Gauge({ name, help, labelNames: Object.keys(labels), registers })
      for (const each of combinations(labels)) made.set(each, 0)
      return made
    },
    histogram: (name: string, help: string, buckets: number[], labels: LabelSets = {}) => {
      const made = new Histogram({
        name,
        help,
        buckets,
        labelNames: Object.keys(labels),
        registers,
      })
      for (const each of combinations(labels)) made.zero(each)
      return made
    },
  }
}

/** Each way to give every label one of its values; none while a set is open. */
const combinations = (labels: LabelSets): readonly Record<string, string>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>(
    (all, [name, values]) =>
      all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  )
