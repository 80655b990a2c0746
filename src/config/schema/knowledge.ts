/** The shape of `knowledge`: a list of texts, files, pages and vector stores. What they mean is checked in `../knowledge.ts`. */
import { z } from 'zod'

const word = z.string().trim().min(1)

const entry = z.strictObject({
  text: word.describe('What the agent knows, in place.').exactOptional(),
  file: word.describe('A .md, .txt, .pdf, .html or .csv file, its path relative to this file.')
    .exactOptional(),
  url: word.exactOptional().meta({
    description: 'A page that is fetched when the service starts, and again every `refresh`.',
    examples: ['https://example.com/faq'],
  }),
  refresh: z.union([word.meta({ pattern: '^[0-9]+(\\.[0-9]+)? ?[smh]$' }), z.number()])
    .exactOptional().meta({
      description: 'How often a page is fetched again: 1m to 168h.',
      default: '24h',
    }),
  vectorStore: word.exactOptional().meta({
    description: 'A vector store of your OpenAI organisation, asked when the agent searches.',
    pattern: '^vs_',
    examples: ['vs_123'],
  }),
}).meta({ oneOf: ['text', 'file', 'url', 'vectorStore'].map((key) => ({ required: [key] })) })

/** The schema of `knowledge`. */
export const knowledgeSchema = z.array(entry).default([]).describe(
  'What the agent knows. The little there is stands below its instructions, in this order; the rest it can search.',
)
