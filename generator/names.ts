import { latin1Bytes } from './latin1.ts';

/** Parts of the names of people and companies, as ISO-8859-1 bytes; about half of them hold an accent. */
const words = (text: string): Uint8Array[] => text.split(/,\s*/).map(latin1Bytes);

export const FIRST_NAMES = words(`João, José, Antônio, Francisco, Carlos, Paulo, Pedro, Lucas, Luiz, Marcos,
Luís, Gabriel, Rafael, Daniel, Marcelo, Bruno, Eduardo, Felipe, Raimundo, Rodrigo, Manoel, Mateus, André,
Fernando, Fábio, Leonardo, Gustavo, Guilherme, Leandro, Tiago, Ângelo, César, Cláudio, Flávio, Júlio, Márcio,
Mário, Otávio, Sérgio, Vinícius, Inácio, Estêvão, Maria, Ana, Francisca, Antônia, Adriana, Juliana, Márcia,
Fernanda, Patrícia, Aline, Sandra, Camila, Amanda, Bruna, Jéssica, Letícia, Júlia, Luciana, Vanessa, Mariana,
Gabriela, Vera, Vitória, Larissa, Cláudia, Beatriz, Luana, Rita, Sônia, Débora, Simone, Natália, Eliane, Íris,
Mônica, Verônica, Lúcia, Inês, Graça, Conceição, Assunção, Aparecida, Fátima, Helena, Alice, Heloísa, Laís,
Zélia, Ágata, Benício, Davi, Miguel, Arthur, Bernardo, Cauã, Thaís, Yasmin, Wesley`);

export const SURNAMES = words(`Silva, Santos, Oliveira, Souza, Rodrigues, Ferreira, Alves, Pereira, Lima,
Gomes, Costa, Ribeiro, Martins, Carvalho, Almeida, Lopes, Soares, Fernandes, Vieira, Barbosa, Rocha, Dias,
Nascimento, Andrade, Moreira, Nunes, Marques, Machado, Mendes, Freitas, Cardoso, Ramos, Gonçalves, Santana,
Teixeira, Araújo, Magalhães, Guimarães, Brandão, Leão, Falcão, Assunção, Conceição, Encarnação, Anunciação,
Galvão, Bulhões, Simões, Camões, Estêvão, Félix, Sá, Cândido, Antônio, Inácio, Patrício, Valério, Venâncio,
Júnior, Neto, Câmara, Peçanha, Mendonça, Proença, França, Lourenço, Bragança, Caçador, Müller, Böhm, Muñoz,
Ibáñez, Nuñes, Tavares, Pinto, Monteiro, Moura, Cavalcanti, Borges, Duarte, Azevedo, Rezende, Queiroz, Xavier`);

export const PARTICLES = words('da, de, do, dos, das, e');

export const COMPANY_CORES = words(`São Paulo, Paraná, Ceará, Maranhão, Goiânia, Brasília, Florianópolis,
Ribeirão Preto, São José, Santo André, Vitória, Belém, Macapá, Cuiabá, Maceió, Itajaí, Jundiaí, Piauí, Paraíba,
Irmãos Gonçalves, Irmãos Conceição, Araújo & Filhos, Simões & Simões, Três Irmãos, Bom Preço, Pão Nosso, Açaí,
Estação, União, Aliança, Esperança, Horizonte, Nova Era, Três Corações, Alvorada, Serra Azul, Boa Vista,
Guarulhos, Campinas, Recife, Santos, Pampulha, Cerrado, Amazônia, Atlântica, Litorânea, Central, Pioneira`);

export const ACTIVITIES = words(`Comércio, Indústria, Transportes, Logística, Construções, Serviços,
Importação, Exportação, Alimentos, Confecções, Tecnologia, Agropecuária, Consultoria, Metalúrgica, Farmácia,
Padaria, Comércio e Serviços, Materiais de Construção, Móveis, Autopeças, Café, Distribuição`);

export const COMPANY_FORMS = words('Ltda, Ltda, Ltda, Ltda, ME, ME, EPP, S.A., S/A, EIRELI');
