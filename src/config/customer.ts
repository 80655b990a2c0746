/** One customer file: its text in, a customer or everything that is wrong with it out. */
import { MAIN_AGENT } from '../call/rules.ts'
import type { Agent, Customer, KnowledgeEntry, TurnDetection } from './config.ts'
import type { CustomerShape } from './schema/customer.ts'
import { agentSchema } from './schema/agent.ts'
import { createDestinations, createKeypad, createKeys } from './call-keys.ts'
import { customerSchema } from './schema/customer.ts'
import { parseDurationMs } from './values/duration.ts'
import { describeHours } from './hours/describe.ts'
import type { Hours } from './hours/hours.ts'
import { createHours } from './hours/words.ts'
import type { Knowledge, ReadKnowledge } from './knowledge.ts'
import { readKnowledge } from './knowledge.ts'
import { createOutbound } from './outbound.ts'
import { basename } from './paths.ts'
import { toE164 } from './values/phone-number.ts'
import type { Finding, Problem } from './problem.ts'
import { createRetention } from './schema/record.ts'
import { checkMeaning } from './rules/customer.ts'
import { createSuggest } from './yaml/sections.ts'
import { checkShape } from './yaml/shape.ts'
import type { HasVariable } from './values/templates.ts'
import { createSummary } from './schema/summary.ts'
import { toolConfigs } from './tools.ts'
import { fingerprint } from './version.ts'
import type { SourceFile, YamlFile } from './yaml/yaml-file.ts'
import { isGroup, readYaml } from './yaml/yaml-file.ts'

/** What became of a customer file. */
export type CustomerFile = Readonly<{
  id: string
  file: string
  /** The name in the file, or the id where it has none. */
  name: string
  /** The numbers it lists in E.164, also when it is broken elsewhere. */
  numbers: readonly string[]
  /** Absent when the file is broken: then `problems` says why. */
  customer?: Customer
  /** Gives the problem of a number of this file, at its place. */
  numberProblem: (number: string, finding: Finding) => Problem
  problems: readonly Problem[]
  warnings: readonly Problem[]
}>

/** Reads a customer file. Never throws. */
export const parseCustomer = (
  source: SourceFile,
  read: ReadKnowledge,
  hasVariable: HasVariable,
): CustomerFile => {
  const yaml = readYaml(source)
  const { customer, problems } = understand(source, yaml, read, hasVariable)
  const errors = problems.filter(({ severity }) => severity === 'error')
  const numbers = listedNumbers(yaml)
  const name = yaml.at(['customer'])
  return {
    id: idOf(source.path),
    file: source.path,
    name: typeof name === 'string' ? name : idOf(source.path),
    numbers: numbers.filter((number) => toE164(number) === number),
    ...(customer && errors.length === 0 ? { customer } : {}),
    numberProblem: (number, finding) => yaml.problem(['numbers', numbers.indexOf(number)], finding),
    problems: errors,
    warnings: problems.filter(({ severity }) => severity === 'warning'),
  }
}

/** The entries of `numbers`, each in its place; what is not text is empty. */
const listedNumbers = (yaml: YamlFile): readonly string[] => {
  const numbers = yaml.at(['numbers'])
  if (!Array.isArray(numbers)) return []
  return numbers.map((number) => typeof number === 'string' ? number.trim() : '')
}

const FILE_NAME = /^([a-z0-9][a-z0-9-]*)\.yaml$/

/** Names a customer by its file. A name that is not allowed stays whole, so that it is nobody else's id. */
const idOf = (path: string): string => FILE_NAME.exec(basename(path))?.[1] ?? basename(path)

const suggest = createSuggest(customerSchema)

type Understood = { customer?: Customer; problems: readonly Problem[] }

const understand = (
  source: SourceFile,
  yaml: YamlFile,
  read: ReadKnowledge,
  hasVariable: HasVariable,
): Understood => {
  const top = (finding: Finding) => ({ problems: [yaml.problem([], finding)] })
  if (source.unreadable !== undefined) {
    return top({ code: 'unreadable-file', message: `cannot be read: ${source.unreadable}` })
  }
  if (yaml.problems.length) return { problems: yaml.problems }
  if (yaml.value === null) return top(EMPTY)

  const shape = checkShape(yaml, customerSchema, suggest)
  const knowledge = readKnowledge(yaml, read)
  const problems = [
    ...checkFileName(yaml),
    ...(shape.fits ? [] : shape.problems),
    ...checkMeaning(yaml, hasVariable),
    ...knowledge.problems,
  ]
  const customer = shape.fits && createCustomer(source, yaml, shape.value, knowledge)
  return customer ? { problems, customer } : { problems }
}

const EMPTY: Finding = {
  code: 'empty-file',
  message: 'the file is empty',
  hint: 'the smallest customer file is in docs/configuration.md',
}

const checkFileName = (yaml: YamlFile): Problem[] =>
  FILE_NAME.test(basename(yaml.path)) ? [] : [
    yaml.problem([], {
      code: 'file-name',
      message: `a customer file cannot be called ${basename(yaml.path)}`,
      hint: 'use lower case letters, digits and dashes, and end in .yaml: bright-smile.yaml',
    }),
  ]

const createCustomer = (
  source: SourceFile,
  yaml: YamlFile,
  shape: CustomerShape,
  knowledge: Knowledge,
): Customer | undefined => {
  const { maxDuration, silence, ...limits } = shape.limits
  const maxDurationMs = parseDurationMs(maxDuration)
  const silenceMs = silence === false ? 0 : parseDurationMs(silence)
  if (maxDurationMs === undefined || silenceMs === undefined) return undefined
  const hours = shape.hours && createHours(shape.hours)
  const agent = createAgent(shape.agent ?? nobody())
  const outbound = shape.outbound && createOutbound(shape.outbound)
  if (shape.outbound && !outbound) return undefined
  return {
    id: idOf(source.path),
    name: shape.customer,
    file: source.path,
    version: fingerprint([source.text, ...knowledge.versions]),
    numbers: shape.numbers,
    agent,
    agents: { [MAIN_AGENT]: agent, ...otherAgents(yaml) },
    destinations: createDestinations(shape.transfer.destinations),
    keys: createKeys(shape.keys),
    keypad: createKeypad(shape.keypad),
    knowledge: [...hoursEntry(hours), ...knowledge.entries],
    limits: { maxDurationMs, silenceMs, ...limits },
    phrases: shape.phrases,
    fallback: shape.fallback,
    blocked: shape.blocked,
    ...(hours ? { hours } : {}),
    ...(shape.listen ? { listen: shape.listen } : {}),
    ...(outbound && { outbound }),
    ...createRecord(shape.record),
    ...(shape.redact ? { redact: shape.redact } : {}),
    retention: createRetention(shape.retention),
    ...(shape.recording ? { recording: shape.recording } : {}),
    ...(shape.summary ? { summary: createSummary(shape.summary) } : {}),
    tags: shape.tags,
    webhooks: shape.webhooks,
  }
}

const createRecord = (record: CustomerShape['record']): Pick<Customer, 'record' | 'events'> =>
  typeof record === 'string'
    ? { record, events: false }
    : { record: record.level, events: record.events }

// The first, so that there is always room for them below the instructions.
const hoursEntry = (hours: Hours | undefined): readonly KnowledgeEntry[] =>
  hours ? [{ type: 'text', name: 'hours', text: describeHours(hours) }] : []

type AgentShape = NonNullable<CustomerShape['agent']>

const nobody = (): AgentShape => agentSchema.parse({ instructions: 'You answer no calls.' })

const createAgent = (shape: AgentShape): Agent => ({
  ...shape,
  voice: typeof shape.voice === 'string' ? shape.voice : shape.voice.id,
  turnDetection: createTurnDetection(shape.turnDetection),
  tools: toolConfigs(shape.tools),
})

/** What another agent leaves out is taken from the main one as it was written, so that its own defaults do not get in between. */
const otherAgents = (
  yaml: YamlFile,
): Readonly<Record<string, Agent>> => {
  const others = yaml.at(['agents'])
  const main = yaml.at(['agent'])
  if (!isGroup(others)) return {}
  const { greeting: _, handoffs: __, ...inherited } = isGroup(main) ? main : {}
  return Object.fromEntries(
    Object.entries(others).flatMap(([name, other]) => {
      const { when, ...own } = isGroup(other) ? other : {}
      const merged = agentSchema.safeParse({ ...inherited, ...own })
      if (!merged.success) return []
      const agent = createAgent(merged.data)
      return [[name, typeof when === 'string' ? { ...agent, when: when.trim() } : agent]]
    }),
  )
}

// The silence is always said: the docs promise 500 ms, OpenAI's own example session has 200.
const createTurnDetection = (shape: AgentShape['turnDetection']): TurnDetection => {
  const { type, eagerness = 'auto', ...server } = shape
  return type === 'semantic_vad'
    ? { type, eagerness }
    : { type, threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500, ...server }
}
