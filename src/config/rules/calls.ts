/** What agents, destinations and keys of a file must mean together: whoever is named is there. */
import { MAIN_AGENT } from '../../call/rules.ts'
import { AGENT_NAME } from '../schema/agents.ts'
import { list, text } from './checks.ts'
import { checkEntryTimeout, checkRingTimeout } from '../values/duration.ts'
import {
  checkModel,
  checkTranscriptionModel,
  checkVoice,
  checkVoiceId,
} from '../values/known-names.ts'
import { checkDestination, isDialTarget, isE164 } from '../values/phone-number.ts'
import type { Finding, KeyPath, Problem } from '../problem.ts'
import { didYouMean } from '../yaml/spelling.ts'
import type { HasVariable } from '../values/templates.ts'
import { checkTools } from './tools.ts'
import { isGroup, type YamlFile } from '../yaml/yaml-file.ts'

/** Checks what a call may do. */
export const checkCallKeys = (yaml: YamlFile, hasVariable: HasVariable): readonly Problem[] => [
  ...names(yaml, ['agents']).flatMap((name) => agent(yaml, name, hasVariable)),
  ...handoffs(yaml, ['agent']),
  ...text(yaml, ['hours', 'closed', 'agent'], (name) => agentNamed(yaml, name)),
  ...text(
    yaml,
    ['hours', 'closed', 'transfer'],
    (name) => isDialTarget(name) ? undefined : destinationNamed(yaml, name),
  ),
  ...names(yaml, ['transfer', 'destinations']).flatMap((name) => destination(yaml, name)),
  ...names(yaml, ['keys']).flatMap((key) => keyAction(yaml, key)),
  ...names(yaml, ['keypad', 'entries']).flatMap((name) => entry(yaml, name)),
  ...transferTool(yaml),
]

const agent = (yaml: YamlFile, name: string, hasVariable: HasVariable): readonly Problem[] => {
  const path = ['agents', name]
  const other = yaml.at(path)
  const isNamed = new RegExp(AGENT_NAME).test(name) && name !== MAIN_AGENT
  return [
    ...(isNamed ? [] : [yaml.problem(path, agentName(name), 'key')]),
    ...text(yaml, [...path, 'model'], checkModel),
    ...text(yaml, [...path, 'voice'], checkVoice),
    ...text(yaml, [...path, 'voice', 'id'], checkVoiceId),
    ...text(yaml, [...path, 'transcription', 'model'], checkTranscriptionModel),
    ...checkTools(yaml, path, hasVariable),
    ...handoffs(yaml, path),
    ...ONE_FOR_ALL.filter((key) => isGroup(other) && Object.hasOwn(other, key))
      .map((key) => yaml.problem([...path, key], oneForAll(key), 'key')),
  ]
}

const agentName = (name: string): Finding => ({
  code: 'invalid-name',
  message: name === MAIN_AGENT
    ? `"${MAIN_AGENT}" is the name of the agent under agent`
    : `"${name}" cannot be the name of an agent`,
  hint: 'use lower case letters, digits, - and _: billing',
})

/** What a call has as long as it lasts, whoever speaks. */
const ONE_FOR_ALL = ['audio', 'frameMs']

const oneForAll = (key: string): Finding => ({
  code: 'key-without-effect',
  message: `${key} is the same for all agents of a call`,
  hint: 'write it under agent',
})

const handoffs = (yaml: YamlFile, path: KeyPath): readonly Problem[] =>
  list(yaml, [...path, 'handoffs']).flatMap((_, index) =>
    text(yaml, [...path, 'handoffs', index], (name) => agentNamed(yaml, name))
  )

const agentNamed = (yaml: YamlFile, name: string): Finding | undefined =>
  missing('agent', name, [MAIN_AGENT, ...names(yaml, ['agents'])], 'agents')

const destinationNamed = (yaml: YamlFile, name: string): Finding | undefined =>
  missing('destination', name, names(yaml, ['transfer', 'destinations']), 'transfer.destinations')

const missing = (
  kind: string,
  name: string,
  known: readonly string[],
  place: string,
): Finding | undefined =>
  known.includes(name) ? undefined : {
    code: 'unknown-name',
    message: `there is no ${kind} "${name}" in this file`,
    hint: known.length > 0 ? `there are: ${known.join(', ')}` : `write it under ${place}`,
    ...didYouMean(name, known),
  }

const destination = (yaml: YamlFile, name: string): readonly Problem[] => {
  const path = ['transfer', 'destinations', name]
  const to = yaml.at([...path, 'to'])
  return [
    ...text(yaml, [...path, 'to'], checkDestination),
    ...text(yaml, [...path, 'callerId'], checkCallerId),
    ...duration(yaml, [...path, 'timeout'], checkRingTimeout),
    ...(yaml.at([...path, 'mode']) === 'warm' && typeof to === 'string' && to.startsWith('queue:')
      ? [yaml.problem([...path, 'mode'], NO_WARM_QUEUE)]
      : []),
    ...(list(yaml, ['numbers']).includes(to) ? [yaml.problem([...path, 'to'], LOOP)] : []),
  ]
}

const NO_WARM_QUEUE: Finding = {
  code: 'invalid-value',
  message: 'a queue has nobody to tell a summary to',
  hint: 'write mode: cold',
}

const LOOP: Finding = {
  code: 'dial-loop',
  message: 'this is a number of this customer: the call would come back here',
  hint: 'dial a number that a person answers',
}

const checkCallerId = (id: string): Finding | undefined =>
  id === 'caller' || id === 'line' || isE164(id) ? undefined : {
    code: 'invalid-number',
    message: `callerId must be caller, line or a phone number, got "${id}"`,
    hint: 'a number is written "+15005550006"',
  }

const KEY = /^[0-9*#]$/
const ACTIONS = ['transfer', 'handOff', 'say', 'end']

const keyAction = (yaml: YamlFile, key: string): readonly Problem[] => {
  const path = ['keys', key]
  const action = yaml.at(path)
  const actions = isGroup(action) ? ACTIONS.filter((each) => Object.hasOwn(action, each)) : []
  return [
    ...(KEY.test(key) ? [] : [yaml.problem(path, {
      code: 'invalid-name',
      message: `"${key}" is no key of a phone`,
      hint: 'a key is "0" to "9", "*" or "#", in quotes',
    }, 'key')]),
    ...(isGroup(action) && actions.length !== 1
      ? [yaml.problem(path, {
        code: 'invalid-value',
        message: `a key does one thing, got ${actions.length === 0 ? 'none' : actions.join(', ')}`,
        hint: 'write transfer, handOff, say or end',
      })]
      : []),
    ...text(yaml, [...path, 'transfer'], (name) => destinationNamed(yaml, name)),
    ...text(yaml, [...path, 'handOff'], (name) => agentNamed(yaml, name)),
  ]
}

const entry = (yaml: YamlFile, name: string): readonly Problem[] => {
  const path = ['keypad', 'entries', name]
  const digits = yaml.at([...path, 'digits'])
  const isTurned = isGroup(digits) && Number(digits.least) > Number(digits.most)
  return [
    ...duration(yaml, [...path, 'timeout'], checkEntryTimeout),
    ...(isTurned
      ? [yaml.problem([...path, 'digits'], {
        code: 'invalid-value',
        message: 'least is more than most',
      })]
      : []),
  ]
}

/** An agent that may transfer needs somebody to transfer to. */
const transferTool = (yaml: YamlFile): readonly Problem[] => {
  const paths = [['agent'], ...names(yaml, ['agents']).map((name) => ['agents', name])]
  if (names(yaml, ['transfer', 'destinations']).length > 0) return []
  return paths.flatMap((path) => {
    const index = list(yaml, [...path, 'tools']).findIndex((tool) =>
      tool === 'transfer_call' || (isGroup(tool) && tool.name === 'transfer_call')
    )
    return index < 0 ? [] : [yaml.problem([...path, 'tools', index], {
      code: 'unknown-name',
      message: 'transfer_call has nobody to put callers through to',
      hint: 'write them under transfer.destinations',
    })]
  })
}

const duration = (
  yaml: YamlFile,
  path: KeyPath,
  check: (value: string | number) => Finding | undefined,
): readonly Problem[] => {
  const value = yaml.at(path)
  const finding = typeof value === 'string' || typeof value === 'number' ? check(value) : undefined
  return finding ? [yaml.problem(path, finding)] : []
}

const names = (yaml: YamlFile, path: KeyPath): readonly string[] => {
  const group = yaml.at(path)
  return isGroup(group) ? Object.keys(group) : []
}
