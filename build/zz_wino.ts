import { GraphBuilder } from '../models/onnx/graphBuilder.ts';
import { convolution } from '../models/onnx/linear.ts';
import { encodeModel } from '../models/onnx/modelFile.ts';
import { RecordingSource } from '../models/onnx/sources/recordingSource.ts';
import { dialectOf, largeForm } from '../models/onnx/dialect.ts';
import { Session } from '../models/runtime/session.ts';
const T = Number(process.env.T ?? 1);
async function run(F:number,C:number,O:number,S:number){
  const g=new Float32Array(O*C*9).map(()=>(Math.random()+Math.random()+Math.random()-1.5)*2/Math.sqrt(9*C));
  const X=new Float32Array(F*C*S*S).map(()=>(Math.random()+Math.random()+Math.random()-1.5)*2);
  const results:any[]=[];
  for(const [winograd,widening] of [[false,'once'],[false,'each-use'],[true,'each-use']] as const){
    const b=new GraphBuilder('t',{...largeForm(dialectOf('cpu')),winograd},new RecordingSource());
    const x=b.input('x','float32',[F,C,S,S]);b.output('y',convolution(x,b.constant([O,C,3,3],g),undefined,{pads:[1,1,1,1]}));
    const gr=b.finish();
    const s=await Session.create(encodeModel(gr),{provider:'cpu',threads:T,label:'t',widening} as any);
    const feeds={x:{dtype:'float32' as const,shape:[F,C,S,S],data:X}};let r:any;const t:number[]=[];for(let i=0;i<5;i++){const st=performance.now();r=await s.run(feeds);t.push(performance.now()-st);}t.sort((a,b)=>a-b);
    results.push([t[1],r.y.data,gr.nodes.length]);await s.dispose();
  }
  let e=0,m=0;for(let i=0;i<results[0][1].length;i++){e+=(results[0][1][i]-results[2][1][i])**2;m+=results[0][1][i]**2;}
  console.log(`${F}x${C}->${O} ${S}²`.padEnd(22),results.map(r=>r[0].toFixed(1)).join(' '),(results[0][0]/results[2][0]).toFixed(2)+'x',Math.sqrt(e/m).toExponential(1),results[2][2],'nodes');
}
for(const a of (process.argv[2]??'16,320,320,32;16,960,320,32;16,640,640,16;16,1280,1280,8;8,320,320,64;8,640,640,32;1,320,320,64;1,512,512,32;1,512,512,64;1,512,512,128;1,256,256,128;1,512,256,256;1,256,256,256;1,128,128,256;1,128,128,512').split(';')){const [F,C,O,S]=a.split(',').map(Number);await run(F!,C!,O!,S!);}
