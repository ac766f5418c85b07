// The charts of the dashboards and nothing else. Canvas, since the SVG renderer writes style attributes.
import * as core from 'echarts/core';
import { BarChart, LineChart, ScatterChart, HeatmapChart, SankeyChart } from 'echarts/charts';
import {
  AriaComponent, GridComponent, TooltipComponent, LegendPlainComponent,
  VisualMapContinuousComponent, MarkLineComponent, MarkAreaComponent,
} from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

core.use([
  BarChart, LineChart, ScatterChart, HeatmapChart, SankeyChart,
  AriaComponent, GridComponent, TooltipComponent, LegendPlainComponent,
  VisualMapContinuousComponent, MarkLineComponent, MarkAreaComponent,
  CanvasRenderer,
]);

export const { init } = core;
