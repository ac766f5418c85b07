// The charts of Perennial's dashboards and nothing else.
import * as core from 'echarts/core';
import { BarChart, LineChart, ScatterChart, HeatmapChart, SankeyChart } from 'echarts/charts';
import {
  AriaComponent, GridComponent, TooltipComponent, LegendComponent, DatasetComponent,
  VisualMapComponent, MarkLineComponent, MarkAreaComponent, DataZoomInsideComponent,
} from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

core.use([
  BarChart, LineChart, ScatterChart, HeatmapChart, SankeyChart,
  AriaComponent, GridComponent, TooltipComponent, LegendComponent, DatasetComponent,
  VisualMapComponent, MarkLineComponent, MarkAreaComponent, DataZoomInsideComponent,
  CanvasRenderer,
]);

export const { init, getInstanceByDom } = core;
