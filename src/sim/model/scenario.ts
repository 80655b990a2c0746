/**
 * What the built-in model does in a session: how fast it is, what it answers, what goes wrong.
 * Written in YAML, one file a scenario, in `src/sim/scenarios/`; every key may be absent.
 */
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import type { ModelFiles } from './files.ts'
import { type Turn, turnRules } from './turn.ts'

const ms = z.number().min(0)

/** What a scenario may say of the model, as it stands in YAML. */
export const scenarioRules = z.strictObject({
  description: z.string().exactOptional().describe('What this scenario is for, in a sentence'),
  connectMs: ms.default(0).describe('How long the opening handshake takes'),
  sessionMs: ms.default(0).describe('How long session.created and each session.updated take'),
  firstAudioMs: ms.default(200).describe('From response.created to the first delta'),
  speed: z.number().positive().default(6).describe(
    'How much faster than real time audio is generated',
  ),
  deltaMs: z.union([z.number().positive(), z.array(z.number().positive()).min(1)])
    .transform((value) => typeof value === 'number' ? [value] : value)
    .default([180, 90, 250, 130, 210, 70])
    .describe('How much audio each delta holds, in turn. Fractions cut PCM inside a sample'),
  lateDeltas: z.int().min(0).default(0)
    .describe('How many deltas of an interrupted response still come after speech_started'),
  hearsLateMs: ms.default(0).describe('How late what the caller says gets to it'),
  tellsSpeech: z.boolean().default(true).describe(
    'Tell when the caller begins and stops to speak, and not only that a turn has ended',
  ),
  transcriptionDelayMs: ms.default(350).describe('How late the transcript of a caller turn comes'),
  voice: z.enum(['parrot', 'script']).default('parrot').describe(
    'After the last turn: say back what was heard, or begin again with the first turn',
  ),
  turns: z.array(turnRules).default([]).describe('What successive responses are'),
  outOfBand: z.array(turnRules).default([]).describe(
    'What successive responses out of band are; after the last one they count the items of the conversation',
  ),
  refuse: z.union([
    z.strictObject({
      status: z.union([
        z.literal(401),
        z.literal(403),
        z.literal(429),
        z.literal(500),
        z.literal(503),
      ]),
    }),
    z.strictObject({
      code: z.union([z.literal(3000), z.literal(4000), z.literal(4004), z.literal(1011)]),
    }),
  ]).exactOptional().describe('Refuse at the handshake (status) or right after it, in-band (code)'),
  wrongFormat: z.boolean().default(false).describe(
    'Use, and say so, another audio format than was asked for',
  ),
  garbage: z.boolean().default(false).describe(
    'Send unknown events, broken JSON and huge unknown fields in between',
  ),
  maxSessionMs: z.number().positive().default(60 * 60 * 1000).describe(
    'The session ends after this',
  ),
}).refine(({ voice, turns }) => voice === 'parrot' || turns.length > 0, {
  path: ['turns'],
  message: 'a script needs at least one turn',
})

export type Scenario = Readonly<z.infer<typeof scenarioRules>>

/** What is wrong with a scenario; a problem reads `drops.yaml:4:3 turns[0].delayMs: ...`. */
export class ScenarioError extends Error {
  readonly code = 'bad-scenario'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Cannot use the scenario:\n${problems.join('\n')}`)
    this.name = 'ScenarioError'
    this.problems = problems
  }
}

/** The scenario without any key: the parrot. */
export const PARROT: Scenario = scenarioRules.parse({})

/**
 * Reads a scenario from YAML; `file` is only named in errors. Throws a ScenarioError that names all
 * that is wrong.
 */
export const parseScenario = (yaml: string, file: string): Scenario => {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    throw new ScenarioError(
      document.errors.map(({ pos, message }) => `${place(pos[0])} ${message}`),
    )
  }
  const result = scenarioRules.safeParse(document.toJS() ?? {})
  if (result.success) return result.data
  throw new ScenarioError(result.error.issues.map((issue) => {
    return `${place(offsetOf(document, issue.path))} ${nameOf(issue.path)}${issue.message}`
  }))
}

/** Loads a bundled scenario by its name, such as `slow-start`. */
export const loadScenario = async (files: ModelFiles, name: string): Promise<Scenario> => {
  const file = new URL(`../scenarios/${name}.yaml`, import.meta.url)
  return parseScenario(await files.readText(file), `${name}.yaml`)
}

/** What the first response out of band is, the second and so on; undefined where the scenario does not say. */
export const createTurnsOutOfBand = ({ outOfBand }: Scenario): () => Turn | undefined => {
  let next = 0
  return () => outOfBand[next++]
}

/** What the first response, the second and so on are; undefined stands for the parrot. */
export const createTurns = (scenario: Scenario): () => Turn | undefined => {
  let next = 0
  return () => {
    const at = scenario.voice === 'script' ? next % scenario.turns.length : next
    next += 1
    return scenario.turns[at]
  }
}

type Document = ReturnType<typeof parseDocument>

/** Where the value at a path begins, or what it would be in when it is absent. */
const offsetOf = (document: Document, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (hasRange(node)) return node.range[0]
  }
  return 0
}

const hasRange = (node: unknown): node is { range: [number, number, number] } =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)

const nameOf = (path: readonly PropertyKey[]): string => {
  const name = path.map((key) => typeof key === 'number' ? `[${key}]` : `.${String(key)}`).join('')
  return name === '' ? '' : `${name.replace(/^\./, '')}: `
}
