import { buildAutoencoderDecoder, parseAutoencoderConfig } from '../models/nets/autoencoder.ts';
import { encodeModel } from '../models/onnx/modelFile.ts';
import { RecordingSource } from '../models/onnx/sources/recordingSource.ts';
import { dialectOf, largeForm } from '../models/onnx/dialect.ts';
import { Session } from '../models/runtime/session.ts';
import { readSafetensors } from '../models/weights/safetensors.ts';
import { KeyedWeights } from '../models/weights/keyedWeights.ts';
import { writeRandomWeights } from '../models/verify/bench/randomWeights.ts';
const side=Number(process.argv[2]??32), T=Number(process.env.T??1);
const vae=parseAutoencoderConfig({ _class_name: 'AutoencoderKL', block_out_channels: [128,256,512,512], layers_per_block:2, latent_channels: 4, norm_num_groups: 32 },'vae');
const path='/root/wino/vae.safetensors';
const rec=new RecordingSource(); buildAutoencoderDecoder(vae,{batch:1,height:8,width:8},dialectOf('plain'),rec); await writeRandomWeights(path,rec.entries);
const w=new KeyedWeights('x',[{index:await readSafetensors(path)}] as any);
const outs:any[]=[];
for(const [name,d,widening] of [['now',dialectOf('cpu'),'once'],['wino once',{...dialectOf('cpu'),winograd:true},'once'],['wino each',{...dialectOf('cpu'),winograd:true},'each-use'],['each',dialectOf('cpu'),'each-use']] as any){
  if(process.argv[3]&&!process.argv[3].split(';').includes(name)) continue;
  const g=buildAutoencoderDecoder(vae,{batch:1,height:side,width:side},d,w);
  let st=performance.now(); const s=await Session.create(encodeModel(g),{provider:'cpu',threads:T,label:'v',weightsFolder:w.folder,widening} as any); const ready=performance.now()-st;
  const data=new Float32Array(4*side*side).map((_,i)=>Math.sin(i*12.9898)); const t:number[]=[];let r:any;
  for(let i=0;i<4;i++){st=performance.now();r=await s.run({latent:{dtype:'float32',shape:[1,4,side,side],data}});t.push((performance.now()-st)/1000);}
  outs.push(r.image.data); let e=0,m=0;for(let i=0;i<outs[0].length;i++){e+=(outs[0][i]-r.image.data[i])**2;m+=outs[0][i]**2;}
  console.log(name,t.map(x=>x.toFixed(2)).join(' '),'ready',(ready/1000).toFixed(1),'rss',(process.memoryUsage().rss/2**30).toFixed(2),'nodes',g.nodes.length,'err',Math.sqrt(e/m).toExponential(1));
  await s.dispose();
}
