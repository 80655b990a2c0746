/**
 * What the values of a customer file must mean, beyond their shape: a number is E.164, a voice exists, a key has an effect.
 * The rules look at the file as it was written, so that they speak even when its shape is wrong elsewhere.
 */
import { checkBlanks } from './blanks.ts'
import { checkCallKeys } from './calls.ts'
import { eachText, list, text } from './checks.ts'
import { checkMaxDuration, checkRingFor, checkSilence } from '../values/duration.ts'
import { checkLanguage } from '../values/language.ts'
import {
  checkModel,
  checkTranscriptionModel,
  checkVoice,
  checkVoiceId,
} from '../values/known-names.ts'
import { checkCountry } from '../outbound.ts'
import { checkDialTarget, checkNumber } from '../values/phone-number.ts'
import type { Finding, KeyPath, Problem } from '../problem.ts'
import { checkRouting } from './routing.ts'
import { checkSummary } from './summary.ts'
import type { HasVariable } from '../values/templates.ts'
import { checkTools } from './tools.ts'
import { checkWebhooks } from './webhooks.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'

/** Checks the meaning of a customer file: errors and warnings. */
export const checkMeaning = (yaml: YamlFile, hasVariable: HasVariable): readonly Problem[] => [
  ...eachText(yaml, ['numbers'], checkNumber),
  ...numbersTwice(yaml),
  ...text(yaml, ['agent', 'model'], checkModel),
  ...text(yaml, ['agent', 'voice'], checkVoice),
  ...text(yaml, ['agent', 'voice', 'id'], checkVoiceId),
  ...turnDetection(yaml),
  ...transcription(yaml),
  ...durations(yaml),
  ...text(yaml, ['fallback', 'dial'], checkDialTarget),
  ...checkTools(yaml, ['agent'], hasVariable),
  ...checkCallKeys(yaml, hasVariable),
  ...dialLoop(yaml, ['fallback', 'dial']),
  ...dialLoop(yaml, ['listen', 'dial']),
  ...dialLoop(yaml, ['hours', 'closed', 'transfer']),
  ...checkRouting(yaml),
  ...eachText(yaml, ['outbound', 'countries'], checkCountry),
  ...outbound(yaml),
  ...recording(yaml),
  ...mutedCaller(yaml),
  ...events(yaml),
  ...checkSummary(yaml),
  ...checkBlanks(yaml),
  ...checkWebhooks(yaml, hasVariable),
]

/** Who keeps no sound has nothing to record. */
const recording = (yaml: YamlFile): Problem[] => {
  const level = levelOf(yaml)
  if (yaml.at(['recording']) === undefined) return []
  const listens = isOnlyListening(yaml)
  if (level !== 'noAudio' && level !== 'factsOnly' && !listens) return []
  return [
    yaml.problem(['recording'], {
      code: 'key-without-effect',
      message: listens
        ? 'recording does nothing beside listen: calls between humans are not recorded'
        : `recording does nothing beside record: ${level}`,
      hint: listens ? 'remove it' : 'remove one of them',
    }, 'key'),
  ]
}

/** What has no words is muted where words are redacted. */
const mutedCaller = (yaml: YamlFile): Problem[] => {
  const path = ['agent', 'transcription']
  if (yaml.at(path) !== false) return []
  if (yaml.at(['recording']) === undefined || yaml.at(['redact']) === undefined) return []
  return [
    yaml.problem(path, {
      code: 'caller-muted',
      severity: 'warning',
      message: 'recordings will be without what the caller says: redact mutes what has no words',
      hint: 'remove it, or remove redact or recording',
    }),
  ]
}

/** An event log has words, and is of calls with an agent. */
const events = (yaml: YamlFile): Problem[] => {
  const path = ['record', 'events']
  const level = levelOf(yaml)
  if (yaml.at(path) !== true) return []
  if (isOnlyListening(yaml)) {
    return [
      yaml.problem(path, {
        code: 'key-without-effect',
        message: 'record.events does nothing beside listen: calls between humans have no event log',
        hint: 'remove it',
      }, 'key'),
    ]
  }
  if (level !== 'factsOnly') return []
  return [
    yaml.problem(path, {
      code: 'key-without-effect',
      message: 'record.events does nothing beside record.level: factsOnly: an event log has words',
      hint: 'remove one of them',
    }, 'key'),
  ]
}

const levelOf = (yaml: YamlFile): unknown => {
  const record = yaml.at(['record'])
  return isGroup(record) ? record.level : record
}

const isOnlyListening = (yaml: YamlFile): boolean =>
  yaml.at(['listen']) !== undefined && yaml.at(['agent']) === undefined

const numbersTwice = (yaml: YamlFile): Problem[] =>
  list(yaml, ['numbers']).flatMap((number, index, numbers) =>
    typeof number !== 'string' || numbers.indexOf(number) === index ? [] : [
      yaml.problem(['numbers', index], {
        code: 'number-taken',
        message: `${number} is listed twice`,
        hint: 'keep one of them',
      }),
    ]
  )

const SERVER_VAD_KEYS = ['threshold', 'prefixPaddingMs', 'silenceDurationMs', 'idleTimeoutMs']

const turnDetection = (yaml: YamlFile): Problem[] => {
  const path = ['agent', 'turnDetection']
  const semantic = yaml.at([...path, 'type']) === 'semantic_vad'
  const [type, other] = semantic ? ['semantic_vad', 'server_vad'] : ['server_vad', 'semantic_vad']
  return withoutEffect(yaml, path, semantic ? SERVER_VAD_KEYS : ['eagerness'], (key) => ({
    message: `${key} does nothing with ${type}`,
    hint: `remove it, or write type: ${other}`,
  }))
}

const transcription = (yaml: YamlFile): Problem[] => {
  const path = ['agent', 'transcription']
  const model = yaml.at([...path, 'model']) ?? 'gpt-transcribe'
  const only = (key: string) => ({
    message: `${key} does nothing with ${model}`,
    hint: 'remove it, or write model: gpt-transcribe',
  })
  return [
    ...text(yaml, [...path, 'model'], checkTranscriptionModel),
    ...text(yaml, [...path, 'language'], checkLanguage),
    ...eachText(yaml, [...path, 'languages'], checkLanguage),
    ...(isOlderTranscriber(model)
      ? withoutEffect(yaml, path, ['languages', 'keywords'], only)
      : []),
    ...(model === 'gpt-realtime-whisper' ? withoutEffect(yaml, path, ['prompt'], only) : []),
  ]
}

const isOlderTranscriber = (model: unknown): boolean =>
  typeof model === 'string' && /^(whisper-1|gpt-4o-|gpt-realtime-whisper)/.test(model)

const withoutEffect = (
  yaml: YamlFile,
  path: KeyPath,
  keys: readonly string[],
  say: (key: string) => { message: string; hint: string },
): Problem[] => {
  const group = yaml.at(path)
  if (!isGroup(group)) return []
  return keys.filter((key) => Object.hasOwn(group, key)).map((key) =>
    yaml.problem([...path, key], { code: 'key-without-effect', ...say(key) }, 'key')
  )
}

const durations = (yaml: YamlFile): Problem[] =>
  DURATIONS.flatMap(([path, check]) => {
    const value = yaml.at(path)
    if (typeof value !== 'string' && typeof value !== 'number') return []
    const finding = check(value)
    return finding ? [yaml.problem(path, finding)] : []
  })

const DURATIONS: readonly (readonly [KeyPath, (value: string | number) => Finding | undefined])[] =
  [
    [['limits', 'maxDuration'], checkMaxDuration],
    [['limits', 'silence'], checkSilence],
    [['outbound', 'ringFor'], checkRingFor],
  ]

const outbound = (yaml: YamlFile): Problem[] => {
  const path = ['outbound']
  if (yaml.at(path) !== undefined && yaml.at(['agent']) === undefined) {
    return [yaml.problem(path, {
      code: 'key-without-effect',
      message: 'outbound does nothing without an agent',
      hint: 'remove it, or write an agent who talks to those who are called',
    }, 'key')]
  }
  const then = yaml.at([...path, 'machine']) ?? 'hangUp'
  const hasMessage = yaml.at([...path, 'message']) !== undefined
  if (then === 'message') {
    return hasMessage ? [] : [
      yaml.problem([...path, 'machine'], {
        code: 'missing-key',
        message: 'outbound.message is missing: machine: message says it after the beep',
      }),
    ]
  }
  return withoutEffect(yaml, path, ['message'], () => ({
    message: `message does nothing with machine: ${String(then)}`,
    hint: 'remove it, or write machine: message',
  }))
}

const dialLoop = (yaml: YamlFile, path: KeyPath): Problem[] => {
  const target = yaml.at(path)
  if (typeof target !== 'string' || !list(yaml, ['numbers']).includes(target)) return []
  return [
    yaml.problem(path, {
      code: 'dial-loop',
      message: `${target} is a number of this customer: the call would come back here`,
      hint: 'dial a number that a person answers',
    }),
  ]
}
