// Calls the console's pure words: reads [module, function, ...arguments] lists, prints the answers.

const [folder] = process.argv.slice(2);

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = [];
for (const [module, name, ...given] of JSON.parse(input)) {
  const words = await import(`${folder}/${module}.js`);
  answers.push(words[name](...given));
}
process.stdout.write(JSON.stringify(answers));
