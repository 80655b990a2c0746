/** The shape of what an agent can do: `agent.tools`, a list of names and groups. What it means is in `rules/tools.ts`. */
import { z } from 'zod'
import { BUILT_IN_TOOLS } from '../values/built-in-tools.ts'

const word = z.string().trim().min(1)

const text = (description: string) => word.describe(description)

/** Each key is a name; the value is a sentence, or a JSON Schema. */
const parameters = z.record(word, z.unknown())

const headers = z.record(word, word)

const http = z.strictObject({
  url: word.meta({
    description: 'Where the request goes. {name} stands for a parameter, anywhere behind the host.',
    examples: ['https://book.example.com/tables/{day}'],
  }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).exactOptional().describe(
    'POST if there is a body, else GET.',
  ),
  headers: headers.exactOptional().describe(
    'Headers. ${env:NAME} stands for a variable of the environment, ${keypad:NAME} for what the caller entered.',
  ),
  body: z.record(word, z.union([word, z.number(), z.boolean()])).exactOptional().describe(
    'Fields of the JSON body besides the parameters.',
  ),
  sign: text('The secret of a signature over time and body, in the header x-tandem-signature.')
    .exactOptional(),
  select: z.array(word).min(1).exactOptional().meta({
    description:
      'What the model is told of a JSON answer, as paths with dots. All of it if absent.',
    examples: [['confirmation', 'tables.0.number']],
  }),
  retries: z.int().min(0).max(3).exactOptional().meta({
    description: 'How often a request that failed is sent again. GET, PUT and DELETE only.',
    default: 0,
  }),
})

const mcp = z.strictObject({
  label: text('What the server is called; letters, digits, _ and -.'),
  url: text('Where it is.'),
  via: z.enum(['openai', 'tandem']).default('openai').describe(
    'Who calls it: OpenAI, or this service, for a server that only this service can reach.',
  ),
  allow: z.array(word).min(1).exactOptional().describe('The tools that may be used; else all.'),
  approval: z.enum(['never', 'always']).exactOptional().meta({
    description: 'via: openai only. always: the agent asks the caller before each use.',
    default: 'never',
  }),
  headers: headers.exactOptional().describe(
    'Headers. ${env:NAME} stands for a variable of the environment.',
  ),
})

const entry = z.strictObject({
  name: text('What the model calls it; letters, digits, _ and -.').exactOptional(),
  description: text('What it does and when to use it, for the model.').exactOptional(),
  parameters: parameters.exactOptional().describe(
    'What the model must say: a sentence or a JSON Schema for each name, "?" behind it if it may be absent; or a whole JSON Schema.',
  ),
  http: http.exactOptional().describe('The request that does it.'),
  timeout: z.union([word, z.number()]).exactOptional().meta({
    description: 'How long it may take, 1s to 60s.',
    default: '8s',
  }),
  filler: text('Said when it takes longer than a moment; without it a soft tone.').exactOptional(),
  fields: parameters.exactOptional().describe(
    'take_message only: what to ask besides name, number and message, written like parameters.',
  ),
  mcp: mcp.exactOptional().describe('An MCP server, whose tools the agent can use.'),
})

/** The schema of `tools` of an agent. */
export const toolsSchema = z.array(z.union([word.meta({ enum: [...BUILT_IN_TOOLS] }), entry]))
  .default([])

/** `tools` of an agent whose shape is right. */
export type ToolsShape = z.output<typeof toolsSchema>
