import { addDays } from '../../shared/keys/business-date.ts';
import type { Planned, Question } from './engine.ts';
import { AMOUNTS_A_FILE, FILES, FIRST_DAY, PRODUCTS } from './many-nights.ts';

/** A question of the table of many nights, and how many files have what it asks for. */
interface NightQuestion extends Question {
  wanted: number;
}

/** What engines plan: each question leaves out all files but a few by partition, by bounds, or none. */
export function nightQuestions(nights: number): NightQuestion[] {
  const [year, month, day] = addDays(FIRST_DAY, nights >> 1).split('-');
  const ofDay = `year = '${year}' and month = '${month}' and day = '${day}'`;
  const [least, most] = [3 * AMOUNTS_A_FILE + 100, 3 * AMOUNTS_A_FILE + 200];
  return [
    { name: 'one product of one day', filter: `${ofDay} and tipo_produto = 'CONTA'`, wanted: FILES },
    {
      name: 'a range of valor_contrato of one day',
      filter: `${ofDay} and valor_contrato >= ${least} and valor_contrato <= ${most}`,
      wanted: PRODUCTS.length,
    },
    { name: 'all days', filter: '', wanted: nights * FILES * PRODUCTS.length },
  ];
}

/** The questions for which an engine would open other files than those that have what is asked for, each a clause. */
export function wronglyOpened(questions: NightQuestion[], planned: Planned[]): string[] {
  return questions.flatMap(({ name, wanted }) => {
    const files = planned.find((one) => one.name === name)?.files;
    return files === wanted ? [] : [`${name} opens ${files} files instead of ${wanted}`];
  });
}
